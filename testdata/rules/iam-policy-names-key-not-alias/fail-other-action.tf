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
}

resource "aws_kms_alias" "data" {
  name          = "alias/claims-data"
  target_key_id = aws_kms_key.data.key_id
}

data "aws_iam_policy_document" "data" {
  statement {
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_alias.data.arn] # bad: what is given on the key is something else
  }

  statement {
    actions   = ["kms:DescribeKey"]
    resources = [aws_kms_key.data.arn]
  }
}

resource "aws_iam_role_policy" "data" {
  name   = "data"
  role   = "analysis-notebook"
  policy = data.aws_iam_policy_document.data.json
}
