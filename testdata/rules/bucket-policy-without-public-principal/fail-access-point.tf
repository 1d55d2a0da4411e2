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

resource "aws_s3_access_point" "claims" {
  name   = "claims"
  bucket = aws_s3_bucket.data.id

  public_access_block_configuration {
    block_public_policy     = false
    restrict_public_buckets = false
  }

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*" # bad: everybody, through the access point
      Action    = "s3:GetObject"
      Resource  = "arn:aws:s3:eu-central-1:111122223333:accesspoint/claims/object/*"
    }]
  })
}
