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

resource "aws_kms_key" "lake" {
  description         = "Lake"
  enable_key_rotation = true
}

resource "aws_kms_key" "jobs" {
  description         = "Job results"
  enable_key_rotation = true
}

resource "aws_s3_bucket" "lake" {
  bucket = "loans-lake-111122223333"
}

data "aws_iam_policy_document" "bucket" {
  statement {
    sid       = "UnderTheLakeKeyOnly"
    effect    = "Deny"
    actions   = ["s3:PutObject"]
    resources = ["arn:aws:s3:::loans-lake-111122223333/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "StringNotEquals"
      variable = "s3:x-amz-server-side-encryption-aws-kms-key-id"
      values   = [aws_kms_key.lake.arn]
    }
  }
}

resource "aws_s3_bucket_policy" "lake" {
  bucket = aws_s3_bucket.lake.id
  policy = data.aws_iam_policy_document.bucket.json
}

resource "aws_iam_role" "job" {
  name = "loans-quality-monitor"

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
    resources = ["arn:aws:s3:::loans-lake-111122223333/*"]
  }

  statement {
    sid       = "EncryptResults"
    actions   = ["kms:GenerateDataKey", "kms:Decrypt", "kms:Encrypt", "kms:DescribeKey"]
    resources = [aws_kms_key.jobs.arn]
  }
}

resource "aws_iam_role_policy" "job" {
  name   = "job"
  role   = aws_iam_role.job.id
  policy = data.aws_iam_policy_document.job.json
}

resource "aws_sagemaker_data_quality_job_definition" "loans" {
  name     = "loans-quality"
  role_arn = aws_iam_role.job.arn

  data_quality_app_specification {
    image_uri = "048819808253.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-model-monitor-analyzer:latest"
  }

  data_quality_job_input {
    endpoint_input {
      endpoint_name = "loans"
    }
  }

  data_quality_job_output_config {
    kms_key_id = aws_kms_key.jobs.arn # bad: the bucket takes objects under the lake key alone

    monitoring_outputs {
      s3_output {
        s3_uri = "s3://${aws_s3_bucket.lake.bucket}/quality/"
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
