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

data "aws_iam_policy_document" "studies" {
  statement {
    actions   = ["s3:ListBucket"]
    resources = ["arn:aws:s3:::${aws_s3_bucket.imaging.bucket}"]
  }

  statement {
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::${aws_s3_bucket.imaging.bucket}/*"]
  }

  statement {
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.imaging.arn] # with list and get, all that reading takes
  }
}

resource "aws_iam_role_policy" "studies" {
  name   = "studies"
  role   = aws_iam_role.notebook.id
  policy = data.aws_iam_policy_document.studies.json
}

resource "aws_sagemaker_notebook_instance" "imaging" {
  name          = "imaging"
  role_arn      = aws_iam_role.notebook.arn
  instance_type = "ml.t3.medium"
  # bad: no kms_key_id, and what the notebook copies here are radiology studies
}
