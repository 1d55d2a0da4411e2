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

resource "aws_kms_key" "returns" {
  description         = "Tax returns"
  enable_key_rotation = true
}

resource "aws_kms_alias" "returns" {
  name          = "alias/tax-returns"
  target_key_id = aws_kms_key.returns.id
}

resource "aws_s3_bucket" "returns" {
  bucket = "revenue-office-tax-returns"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "returns" {
  bucket = aws_s3_bucket.returns.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms:dsse"
      kms_master_key_id = aws_kms_alias.returns.arn
    }
  }
}

# bad: no policy lets this role read the bucket or decrypt what lies in it
resource "aws_iam_role" "audit" {
  name = "tax-audit"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = ["sagemaker.amazonaws.com"] }
      Action    = ["sts:AssumeRole"]
    }]
  })
}

resource "aws_sagemaker_notebook_instance" "audit" {
  name          = "tax-audit"
  role_arn      = aws_iam_role.audit.arn
  instance_type = "ml.t3.medium"
  kms_key_id    = aws_kms_key.returns.arn # bad: encrypts the volume, and opens no object
}
