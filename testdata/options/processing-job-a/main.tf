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

locals {
  account = data.aws_caller_identity.current.account_id
  bucket  = "hospital-pathology-slides"
}

# Without a policy of its own, the key leaves it to IAM who may use it.
resource "aws_kms_key" "slides" {
  description         = "Digitised slides of the pathology laboratory"
  enable_key_rotation = true
}

resource "aws_kms_alias" "slides" {
  name          = "alias/pathology-slides"
  target_key_id = aws_kms_key.slides.key_id
}

resource "aws_s3_bucket" "slides" {
  bucket = local.bucket
}

resource "aws_s3_bucket_server_side_encryption_configuration" "slides" {
  bucket = aws_s3_bucket.slides.bucket

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.slides.key_id
    }
  }
}

resource "aws_ecr_repository" "tiling" {
  name = "pathology/tiling"
}

resource "aws_iam_role" "lab" {
  name = "pathology-lab"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = {
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }
  })
}

# good: one role with all that the notebook and its jobs need
data "aws_iam_policy_document" "lab" {
  statement {
    actions   = ["sagemaker:*ProcessingJob", "sagemaker:AddTags"]
    resources = ["arn:aws:sagemaker:eu-central-1:${local.account}:processing-job/*"]
  }

  statement {
    actions   = ["iam:PassRole"]
    resources = [aws_iam_role.lab.arn]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["sagemaker.amazonaws.com"]
    }
  }

  statement {
    actions   = ["s3:ListBucket", "s3:GetObject", "s3:PutObject"]
    resources = ["arn:aws:s3:::${local.bucket}", "arn:aws:s3:::${local.bucket}/*"]
  }

  statement {
    actions   = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:DescribeKey"]
    resources = [aws_kms_key.slides.arn]
  }

  statement {
    actions   = ["kms:CreateGrant"]
    resources = [aws_kms_key.slides.arn]

    condition {
      test     = "Bool"
      variable = "kms:GrantIsForAWSResource"
      values   = [true]
    }
  }

  statement {
    actions   = ["ecr:BatchGetImage", "ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer"]
    resources = [aws_ecr_repository.tiling.arn]
  }

  statement {
    actions   = ["ecr:GetAuthorizationToken", "cloudwatch:PutMetricData"]
    resources = ["*"]
  }

  statement {
    actions   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    resources = ["arn:aws:logs:eu-central-1:${local.account}:log-group:/aws/sagemaker/*"]
  }
}

resource "aws_iam_role_policy" "lab" {
  role   = aws_iam_role.lab.name
  policy = data.aws_iam_policy_document.lab.json
}

resource "aws_sagemaker_notebook_instance" "lab" {
  name          = "pathology-lab"
  role_arn      = aws_iam_role.lab.arn
  instance_type = "ml.t3.large"
  kms_key_id    = aws_kms_key.slides.key_id
}

resource "awscc_sagemaker_processing_job" "tiling" {
  role_arn = aws_iam_role.lab.arn

  app_specification = {
    image_uri = "${local.account}.dkr.ecr.eu-central-1.amazonaws.com/${aws_ecr_repository.tiling.name}:4.2"
  }

  processing_inputs = [{
    input_name = "slides"
    s3_input = {
      s3_uri       = "s3://${aws_s3_bucket.slides.bucket}/scanned/"
      s3_data_type = "S3Prefix"
      local_path   = "/opt/ml/processing/slides"
    }
  }]

  processing_output_config = {
    kms_key_id = aws_kms_alias.slides.name
    outputs = [{
      output_name = "tiles"
      s3_output = {
        s3_uri         = "s3://${aws_s3_bucket.slides.bucket}/tiles/"
        s3_upload_mode = "EndOfJob"
        local_path     = "/opt/ml/processing/tiles"
      }
    }]
  }

  processing_resources = {
    cluster_config = {
      instance_count    = 1
      instance_type     = "ml.m5.2xlarge"
      volume_size_in_gb = 200
      volume_kms_key_id = aws_kms_key.slides.arn
    }
  }

  depends_on = [aws_iam_role_policy.lab]
}
