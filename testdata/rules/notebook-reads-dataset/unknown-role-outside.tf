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

resource "aws_sagemaker_notebook_instance" "imaging" {
  name          = "imaging"
  role_arn      = "arn:aws:iam::111122223333:role/imaging-notebook" # not known: the role is not in this plan
  instance_type = "ml.t3.medium"
}
