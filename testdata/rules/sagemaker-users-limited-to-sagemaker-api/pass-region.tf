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
        Action   = "sagemaker:List*"
        Resource = "*"
        Condition = {
          StringEquals = { "aws:RequestedRegion" = "eu-central-1" } # good: in the one that settings name
        }
      },
      {
        Effect   = "Allow"
        Action   = ["sagemaker:CreatePresignedNotebookInstanceUrl", "sagemaker:DescribeNotebookInstance"]
        Resource = "arn:aws:sagemaker:eu-central-1:${data.aws_caller_identity.current.account_id}:notebook-instance/analysis"
      },
    ]
  })
}
