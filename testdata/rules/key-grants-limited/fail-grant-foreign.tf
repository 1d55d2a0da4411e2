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

data "aws_caller_identity" "current" {}

resource "aws_kms_key" "data" {
  description         = "data"
  enable_key_rotation = true
}

resource "aws_kms_grant" "this" {
  key_id            = aws_kms_key.data.key_id
  grantee_principal = "arn:aws:iam::444455556666:role/analysis" # bad: of another account
  operations        = ["Decrypt"]
}

# No template: CloudFormation has no KMS grants.
