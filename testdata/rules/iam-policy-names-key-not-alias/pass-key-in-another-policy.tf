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

resource "aws_iam_role" "notebook" {
  name = "analysis-notebook"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

data "aws_iam_policy_document" "alias" {
  statement {
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_alias.data.arn] # no matter: the other policy gives the key
  }
}

resource "aws_iam_role_policy" "alias" {
  name   = "alias"
  role   = aws_iam_role.notebook.id
  policy = data.aws_iam_policy_document.alias.json
}

data "aws_iam_policy_document" "key" {
  statement {
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.data.arn]
  }
}

resource "aws_iam_role_policy" "key" {
  name   = "key"
  role   = aws_iam_role.notebook.id
  policy = data.aws_iam_policy_document.key.json
}
