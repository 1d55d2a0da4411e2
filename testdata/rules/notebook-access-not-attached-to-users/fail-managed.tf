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

resource "aws_iam_user" "ana" {
  name = "ana"
}

resource "aws_iam_user" "ben" {
  name = "ben"
}

resource "aws_iam_policy" "notebooks" {
  name = "notebooks"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["sagemaker:CreatePresignedNotebookInstanceUrl", "sagemaker:DescribeNotebookInstance", "sagemaker:StartNotebookInstance", "sagemaker:StopNotebookInstance"]
        Resource = "arn:aws:sagemaker:eu-central-1:${local.account}:notebook-instance/analysis"
        Condition = {
          StringEquals = { "aws:SourceVpc" = "vpc-0d1e2f3a4b5c6d7e8" }
        }
      },
    ]
  })
}

resource "aws_iam_user_policy_attachment" "ana" {
  user       = aws_iam_user.ana.name
  policy_arn = aws_iam_policy.notebooks.arn
}

resource "aws_iam_user_policy_attachment" "ben" {
  user       = aws_iam_user.ben.name
  policy_arn = aws_iam_policy.notebooks.arn
}
