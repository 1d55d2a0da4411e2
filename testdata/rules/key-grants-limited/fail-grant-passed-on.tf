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

resource "aws_iam_role" "notebook" {
  name = "loans-analysis"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_kms_key" "data" {
  description         = "data"
  enable_key_rotation = true
}

resource "aws_kms_grant" "this" {
  key_id            = aws_kms_key.data.key_id
  grantee_principal = aws_iam_role.notebook.arn
  operations        = ["Decrypt", "CreateGrant"] # bad: may be passed on
}

# No template: CloudFormation has no KMS grants.
