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

resource "aws_kms_key" "freight" {
  description         = "Waybills"
  enable_key_rotation = true
}

resource "aws_s3_bucket" "freight" {
  bucket = "freight-waybills"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "freight" {
  bucket = aws_s3_bucket.freight.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.freight.arn
    }
  }
}

resource "aws_iam_role" "notebook" {
  name = "freight-notebook"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

data "aws_iam_policy_document" "notebook" {
  statement {
    actions   = ["sagemaker:CreateProcessingJob", "sagemaker:DescribeProcessingJob"]
    resources = ["arn:aws:sagemaker:eu-central-1:${data.aws_caller_identity.current.account_id}:processing-job/*"]
  }

  statement {
    actions   = ["iam:PassRole"]
    resources = [aws_iam_role.job.arn] # bad: settings want one role

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["sagemaker.amazonaws.com"]
    }
  }
}

resource "aws_iam_role_policy" "notebook" {
  name   = "notebook"
  role   = aws_iam_role.notebook.id
  policy = data.aws_iam_policy_document.notebook.json
}

resource "aws_iam_role" "job" {
  name = "freight-job"

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
    actions   = ["s3:ListBucket"]
    resources = ["arn:aws:s3:::${aws_s3_bucket.freight.bucket}"]
  }

  statement {
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["arn:aws:s3:::${aws_s3_bucket.freight.bucket}/*"]
  }

  statement {
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.freight.arn]
  }

  statement {
    actions = [
      "cloudwatch:PutMetricData",
      "ecr:BatchGetImage",
      "ecr:GetAuthorizationToken",
      "ecr:GetDownloadUrlForLayer",
      "logs:CreateLogGroup",
      "logs:CreateLogStream",
      "logs:DescribeLogStreams",
      "logs:PutLogEvents",
    ]
    resources = ["*"]
  }
}

resource "aws_iam_role_policy" "job" {
  name   = "job"
  role   = aws_iam_role.job.id
  policy = data.aws_iam_policy_document.job.json
}

resource "aws_sagemaker_notebook_instance" "freight" {
  name          = "freight"
  role_arn      = aws_iam_role.notebook.arn
  instance_type = "ml.t3.medium"
}
