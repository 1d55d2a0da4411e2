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

resource "aws_s3_bucket" "data" {
  bucket = "claims-data-111122223333"
  tags   = { data-classification = "confidential" }
}

resource "aws_s3_bucket_public_access_block" "data" {
  bucket                  = aws_s3_bucket.data.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_access_point" "partner" {
  name   = "partner"
  bucket = aws_s3_bucket.data.id

  public_access_block_configuration {
    block_public_acls       = false # good: the bucket blocks all of it
    block_public_policy     = false
    ignore_public_acls      = false
    restrict_public_buckets = false
  }
}
