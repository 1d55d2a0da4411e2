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
data "aws_ssm_parameter" "restrict" {
  name       = "/platform/restrict-public"
  depends_on = [terraform_data.bootstrap]
}

resource "aws_s3_bucket" "data" {
  bucket = "claims-data-111122223333"
  tags   = { data-classification = "confidential" }
}

resource "aws_s3_access_point" "partner" {
  name   = "partner"
  bucket = aws_s3_bucket.data.id

  public_access_block_configuration {
    block_public_acls       = true
    block_public_policy     = true
    ignore_public_acls      = true
    restrict_public_buckets = tobool(data.aws_ssm_parameter.restrict.insecure_value) # undecidable: not known
  }
}
