terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
    awscc = {
      source  = "hashicorp/awscc"
      version = "~> 1.0"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

provider "awscc" {
  region = "eu-central-1"
}

data "aws_caller_identity" "current" {}

resource "aws_kms_key" "readings" {
  description         = "Pump readings"
  enable_key_rotation = true
}

resource "aws_s3_bucket" "readings" {
  bucket = "pump-readings-111122223333"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "readings" {
  bucket = aws_s3_bucket.readings.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.readings.arn
    }
  }
}

resource "aws_iam_role" "job" {
  name = "pump-health-job"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "job" {
  name = "read"
  role = aws_iam_role.job.id

  # not known: the key's ARN is made while applying, and hides the text as a whole
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["s3:ListBucket", "s3:GetObject"]
      Resource = ["arn:aws:s3:::pump-readings-111122223333", "arn:aws:s3:::pump-readings-111122223333/*"]
      }, {
      Effect   = "Allow"
      Action   = "kms:Decrypt"
      Resource = aws_kms_key.readings.arn
    }]
  })
}

resource "awscc_sagemaker_processing_job" "health" {
  role_arn = aws_iam_role.job.arn

  app_specification = {
    image_uri = "763104351884.dkr.ecr.eu-central-1.amazonaws.com/pytorch-training:2.1"
  }

  processing_resources = {
    cluster_config = {
      instance_count    = 1
      instance_type     = "ml.m5.xlarge"
      volume_size_in_gb = 50
    }
  }

  processing_inputs = [{
    input_name = "readings"
    s3_input = {
      s3_uri        = "s3://${aws_s3_bucket.readings.bucket}/raw/"
      s3_data_type  = "S3Prefix"
      s3_input_mode = "File"
      local_path    = "/opt/ml/processing/input"
    }
  }]
}

# No template: only a plan hides the text; a template shows it.
