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
  bucket = "imaging-sagemaker-studies"
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

resource "aws_iam_role_policy_attachment" "read" {
  role       = aws_iam_role.notebook.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess" # bad: lets nobody decrypt
}

resource "aws_sagemaker_notebook_instance" "imaging" {
  name          = "imaging"
  role_arn      = aws_iam_role.notebook.arn
  instance_type = "ml.t3.medium"
}

resource "aws_kms_key" "logs" {
  description         = "Access logs"
  enable_key_rotation = true
}

resource "aws_s3_bucket" "logs" {
  bucket = "imaging-access-logs"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.logs.arn
    }
  }
}

resource "aws_s3_bucket_logging" "imaging" {
  bucket        = aws_s3_bucket.imaging.id
  target_bucket = aws_s3_bucket.logs.id
  target_prefix = "imaging/"
}
