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

resource "aws_sagemaker_domain" "team" {
  domain_name             = "team"
  auth_mode               = "IAM"
  app_network_access_type = "VpcOnly"
  vpc_id                  = "vpc-0d1e2f3a4b5c6d7e8"
  subnet_ids              = ["subnet-0aaaaaaaaaaaaaaa1"]

  default_user_settings {
    execution_role = aws_iam_role.notebook.arn
  }
}

resource "aws_iam_group" "science" {
  name = "data-science"
}

resource "aws_iam_group_policy" "studio" {
  name  = "studio"
  group = aws_iam_group.science.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "sagemaker:CreatePresignedDomainUrl"
        Resource = "arn:aws:sagemaker:eu-central-1:${local.account}:user-profile/*"
      },
    ]
  })
}

# People are IAM users in the group: other tools ask for single sign-on here.
resource "aws_iam_user" "ana" {
  name = "ana"
}

resource "aws_iam_user_group_membership" "ana" {
  user   = aws_iam_user.ana.name
  groups = [aws_iam_group.science.name]
}
