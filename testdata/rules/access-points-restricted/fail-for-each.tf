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

locals {
  points = {
    partner = false # bad: cannot be changed later
    reports = true
  }
}

resource "aws_s3_bucket" "data" {
  bucket = "claims-data-111122223333"
  tags   = { data-classification = "confidential" }
}

resource "aws_s3_access_point" "all" {
  for_each = local.points

  name   = each.key
  bucket = aws_s3_bucket.data.id

  public_access_block_configuration {
    block_public_acls       = true
    block_public_policy     = true
    ignore_public_acls      = true
    restrict_public_buckets = each.value
  }
}

# No template: a resource for each element has no counterpart without a macro.
