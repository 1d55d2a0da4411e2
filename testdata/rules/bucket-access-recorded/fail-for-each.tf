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
  for_each = toset(["claims", "labels"])
  bucket   = "${each.key}-data-111122223333"
  tags     = { data-classification = "confidential" }
}

resource "aws_s3_bucket" "logs" {
  bucket = "claims-logs-111122223333"
}

resource "aws_s3_bucket_logging" "claims" {
  bucket        = aws_s3_bucket.data["claims"].id # bad: that of the labels is left out
  target_bucket = aws_s3_bucket.logs.id
  target_prefix = "claims/"
}
