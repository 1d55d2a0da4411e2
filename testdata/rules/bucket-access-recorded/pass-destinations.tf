terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

provider "aws" {
  region              = "eu-central-1"
  allowed_account_ids = ["111122223333"] # says which account is the own one
}

resource "aws_s3_bucket" "data" {
  bucket = "claims-data-111122223333"
  tags   = { data-classification = "confidential" }
}

resource "aws_s3_bucket_logging" "data" {
  bucket        = aws_s3_bucket.data.id
  target_bucket = aws_s3_bucket.access.id
  target_prefix = "data/"
}

# good: logs of access, which nobody expects to be logged in turn
resource "aws_s3_bucket" "access" {
  bucket = "access-logs-111122223333"
}

# good: logs of load balancers
resource "aws_s3_bucket" "balancers" {
  bucket = "balancer-logs-111122223333"
}

resource "aws_s3_bucket_policy" "balancers" {
  bucket = aws_s3_bucket.balancers.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::054676820928:root" }
      Action    = "s3:PutObject"
      Resource  = "arn:aws:s3:::balancer-logs-111122223333/*"
    }]
  })
}

# good: what a trail records
resource "aws_s3_bucket" "trail" {
  bucket = "trail-111122223333"
}

resource "aws_cloudtrail" "main" {
  name           = "main"
  s3_bucket_name = aws_s3_bucket.trail.id
}
