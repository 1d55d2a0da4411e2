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

resource "terraform_data" "bootstrap" {}

# Read only after the bootstrap, so while planning nobody knows the value.
data "aws_ssm_parameter" "block" {
  name       = "/platform/buckets/block-public-policy"
  depends_on = [terraform_data.bootstrap]
}

resource "aws_s3_bucket" "data" {
  bucket = "claims-data-111122223333"
}

resource "aws_s3_bucket_public_access_block" "data" {
  bucket                  = aws_s3_bucket.data.id
  block_public_acls       = true
  block_public_policy     = data.aws_ssm_parameter.block.insecure_value == "on" # undecidable: read while applying
  ignore_public_acls      = true
  restrict_public_buckets = true
}
