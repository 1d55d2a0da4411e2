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
    actions = ["iam:PassRole"]
    # not known: the role is not in this plan
    resources = ["arn:aws:iam::${data.aws_caller_identity.current.account_id}:role/freight-job"]

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

resource "aws_sagemaker_notebook_instance" "freight" {
  name          = "freight"
  role_arn      = aws_iam_role.notebook.arn
  instance_type = "ml.t3.medium"
}
