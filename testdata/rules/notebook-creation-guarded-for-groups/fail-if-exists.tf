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

resource "aws_iam_group" "ml" {
  name = "ml-team"
}

resource "aws_iam_group_policy" "notebooks" {
  name  = "notebooks"
  group = aws_iam_group.ml.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "sagemaker:CreateNotebookInstance"
        Resource = "arn:aws:sagemaker:eu-central-1:${local.account}:notebook-instance/analysis-*"
        Condition = {
          StringEqualsIfExists = { # bad: holds where the request leaves them out
            "sagemaker:DirectInternetAccess" = "Disabled"
            "sagemaker:RootAccess"           = "Disabled"
          }
          Null = {
            "sagemaker:VpcSubnets"          = "false"
            "sagemaker:VpcSecurityGroupIds" = "false"
          }
        }
      },
    ]
  })
}
