terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

resource "aws_kms_key" "imaging" {
  description         = "Radiology studies"
  enable_key_rotation = true
}

resource "aws_s3_bucket" "imaging" {
  bucket = "imaging-studies"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "imaging" {
  bucket = aws_s3_bucket.imaging.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.imaging.arn
    }
  }
}

resource "aws_iam_role" "notebook" {
  name = "imaging-notebook"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

# bad: the change deletes the only policy of the role
resource "aws_sagemaker_notebook_instance" "imaging" {
  name          = "imaging"
  role_arn      = aws_iam_role.notebook.arn
  instance_type = "ml.t3.medium"
}

resource "aws_iam_role" "reports" {
  name = "imaging-reports"

  assume_role_policy = aws_iam_role.notebook.assume_role_policy
}

resource "aws_sagemaker_notebook_instance" "reports" {
  name          = "imaging-reports"
  role_arn      = aws_iam_role.reports.arn
  instance_type = "ml.t3.medium"
}

# No template: only a plan or a change set tells what was there before.
