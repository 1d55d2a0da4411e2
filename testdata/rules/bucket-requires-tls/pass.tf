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

data "aws_iam_policy_document" "data" {
  statement {
    effect  = "Deny"
    actions = ["s3:*"]
    # by name, since a first plan does not show what is put behind an ARN
    resources = ["arn:aws:s3:::${aws_s3_bucket.data.bucket}", "arn:aws:s3:::${aws_s3_bucket.data.bucket}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"] # good: nothing without TLS
    }
  }
}

resource "aws_s3_bucket_policy" "data" {
  bucket = aws_s3_bucket.data.id
  policy = data.aws_iam_policy_document.data.json
}
