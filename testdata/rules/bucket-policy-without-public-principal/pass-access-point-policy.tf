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
}

resource "aws_s3_access_point" "claims" {
  name   = "claims"
  bucket = aws_s3_bucket.data.id

  lifecycle {
    ignore_changes = [policy]
  }
}

resource "aws_s3control_access_point_policy" "claims" {
  access_point_arn = aws_s3_access_point.claims.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "s3:GetObject"
      Resource  = "arn:aws:s3:eu-central-1:111122223333:accesspoint/claims/object/*"
      Condition = {
        StringEquals = { "aws:PrincipalAccount" = "111122223333" } # good: only principals of one account
      }
    }]
  })
}
