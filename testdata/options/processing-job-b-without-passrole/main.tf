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

locals {
  account = data.aws_caller_identity.current.account_id
  bucket  = "windpark-yield-${local.account}"
  image   = "windpark/yield"

  trust = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role" "notebook" {
  name               = "windpark-notebook"
  assume_role_policy = local.trust
}

resource "aws_iam_role_policy" "notebook" {
  name = "start-jobs"
  role = aws_iam_role.notebook.name

  # bad: may create jobs, and has no role to give them: iam:PassRole is missing
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["sagemaker:CreateProcessingJob", "sagemaker:DescribeProcessingJob"]
      Resource = "arn:aws:sagemaker:eu-central-1:${local.account}:processing-job/yield-*"
    }]
  })
}

resource "aws_iam_role" "job" {
  name               = "windpark-yield-job"
  assume_role_policy = local.trust
}

# The key's policy lets the job's role use the key.
resource "aws_iam_role_policy" "job" {
  name = "data-image-and-logs"
  role = aws_iam_role.job.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "s3:ListBucket"
        Resource = "arn:aws:s3:::${local.bucket}"
      },
      {
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = "arn:aws:s3:::${local.bucket}/*"
      },
      {
        Effect   = "Allow"
        Action   = ["ecr:BatchGetImage", "ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer"]
        Resource = "arn:aws:ecr:eu-central-1:${local.account}:repository/${local.image}"
      },
      {
        Effect   = "Allow"
        Action   = ["ecr:GetAuthorizationToken", "cloudwatch:PutMetricData"]
        Resource = "*"
      },
      {
        Effect   = "Allow"
        Action   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:eu-central-1:${local.account}:log-group:/aws/sagemaker/*"
      },
    ]
  })
}

resource "aws_kms_key" "yield" {
  description         = "Yield measurements of the wind park"
  enable_key_rotation = true

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Administration"
        Effect    = "Allow"
        Principal = { AWS = local.account }
        Action    = ["kms:Create*", "kms:Describe*", "kms:Get*", "kms:List*", "kms:Put*", "kms:ScheduleKeyDeletion"]
        Resource  = "*"
      },
      {
        Sid       = "Jobs"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::${local.account}:role/windpark-yield-job" }
        Action    = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:DescribeKey"]
        Resource  = "*"
      },
    ]
  })

  depends_on = [aws_iam_role.job]
}

resource "aws_s3_bucket" "yield" {
  bucket = local.bucket
}

resource "aws_s3_bucket_server_side_encryption_configuration" "yield" {
  bucket = aws_s3_bucket.yield.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.yield.arn
    }
  }
}

resource "aws_ecr_repository" "yield" {
  name = local.image
}

resource "aws_sagemaker_notebook_instance" "yield" {
  name          = "windpark-yield"
  role_arn      = aws_iam_role.notebook.arn
  instance_type = "ml.t3.medium"
}
