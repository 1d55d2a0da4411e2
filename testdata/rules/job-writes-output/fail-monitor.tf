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

data "aws_caller_identity" "current" {}

resource "aws_kms_key" "quality" {
  description         = "Quality reports"
  enable_key_rotation = true
}

resource "aws_s3_bucket" "quality" {
  bucket = "weather-quality-111122223333"
}

resource "aws_iam_role" "job" {
  name = "weather-quality-monitor"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

data "aws_iam_policy_document" "job" {
  statement {
    sid       = "WriteResults"
    actions   = ["s3:PutObject", "s3:AbortMultipartUpload"]
    resources = ["arn:aws:s3:::weather-quality-111122223333/*"]
  }

  statement {
    sid       = "EncryptResults"
    actions   = ["kms:Decrypt", "kms:Encrypt", "kms:DescribeKey"]
    resources = [aws_kms_key.quality.arn] # bad: S3 asks for kms:GenerateDataKey
  }
}

resource "aws_iam_role_policy" "job" {
  name   = "job"
  role   = aws_iam_role.job.id
  policy = data.aws_iam_policy_document.job.json
}

resource "aws_sagemaker_data_quality_job_definition" "weather" {
  name     = "weather-quality"
  role_arn = aws_iam_role.job.arn

  data_quality_app_specification {
    image_uri = "048819808253.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-model-monitor-analyzer:latest"
  }

  data_quality_job_input {
    endpoint_input {
      endpoint_name = "weather"
    }
  }

  data_quality_job_output_config {
    kms_key_id = aws_kms_key.quality.arn

    monitoring_outputs {
      s3_output {
        s3_uri = "s3://${aws_s3_bucket.quality.bucket}/quality/"
      }
    }
  }

  job_resources {
    cluster_config {
      instance_count    = 1
      instance_type     = "ml.m5.large"
      volume_size_in_gb = 20
    }
  }
}
