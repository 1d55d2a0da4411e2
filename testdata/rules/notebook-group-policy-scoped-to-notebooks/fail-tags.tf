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
        Action   = ["sagemaker:CreatePresignedNotebookInstanceUrl", "sagemaker:DescribeNotebookInstance", "sagemaker:StartNotebookInstance", "sagemaker:StopNotebookInstance"]
        Resource = "*"
        Condition = {
          StringEquals = { "aws:ResourceTag/team" = "analysis" }
        }
      },
      {
        Effect   = "Allow"
        Action   = ["sagemaker:AddTags", "sagemaker:DeleteTags"] # bad: moves a notebook of another team into this one
        Resource = "*"
      },
    ]
  })
}
