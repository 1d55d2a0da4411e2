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

resource "aws_kms_key" "data" {
  description         = "data"
  enable_key_rotation = true
  multi_region        = true
}

resource "aws_kms_replica_key" "data" {
  region          = "eu-west-1"
  primary_key_arn = aws_kms_key.data.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "*" } # bad: the replica has the same key material
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
}
