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

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id       = aws_vpc.main.id
  service_name = "com.amazonaws.eu-central-1.s3"
}

data "aws_iam_policy_document" "data" {
  statement {
    sid       = "Perimeter"
    actions   = ["s3:*"]
    resources = ["arn:aws:s3:::claims-data-111122223333", "arn:aws:s3:::claims-data-111122223333/*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:role/features-job"] # bad: who may read by a policy of their own is not kept out
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceVpce"
      values   = [aws_vpc_endpoint.s3.id]
    }
  }
}

resource "aws_s3_bucket_policy" "data" {
  bucket = aws_s3_bucket.data.id
  policy = data.aws_iam_policy_document.data.json
}
