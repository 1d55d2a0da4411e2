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

resource "aws_s3_bucket" "parcels" {
  bucket = "parcel-scans-111122223333"
}

resource "aws_iam_role" "job" {
  name = "parcel-routing-job"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

data "aws_iam_policy_document" "bucket" {
  statement {
    sid       = "JobLists"
    actions   = ["s3:ListBucket"]
    resources = ["arn:aws:s3:::parcel-scans-111122223333"]

    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.job.arn]
    }
  }

  statement {
    sid       = "JobReads"
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::parcel-scans-111122223333/*"]

    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.job.arn]
    }
  }
}

resource "aws_s3_bucket_policy" "parcels" {
  bucket = aws_s3_bucket.parcels.id
  policy = data.aws_iam_policy_document.bucket.json
}

resource "awscc_sagemaker_processing_job" "routing" {
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
    input_name = "scans"
    s3_input = {
      s3_uri        = "s3://${aws_s3_bucket.parcels.bucket}/scans/"
      s3_data_type  = "S3Prefix"
      s3_input_mode = "File"
      local_path    = "/opt/ml/processing/input"
    }
  }]
}
