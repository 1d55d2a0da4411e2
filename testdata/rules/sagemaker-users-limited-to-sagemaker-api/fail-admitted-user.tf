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

locals {
  account = data.aws_caller_identity.current.account_id
}

resource "aws_vpc_endpoint" "api" {
  vpc_id             = "vpc-0d1e2f3a4b5c6d7e8"
  service_name       = "com.amazonaws.eu-central-1.sagemaker.api"
  vpc_endpoint_type  = "Interface"
  subnet_ids         = ["subnet-0aaaaaaaaaaaaaaa1"]
  security_group_ids = ["sg-0a1b2c3d4e5f60718"]

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${local.account}:user/ana" }
      Action    = "sagemaker:*"
      Resource  = "*"
    }]
  })
}

resource "aws_iam_user" "ana" {
  name = "ana"
}

resource "aws_iam_user_policy" "work" {
  name = "work"
  user = aws_iam_user.ana.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "sagemaker:ListModels"
        Resource = "*"
      },
      {
        Effect    = "Allow"
        NotAction = "iam:*" # bad: everything else
        Resource  = "*"
      },
    ]
  })
}
