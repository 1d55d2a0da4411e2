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
    Statement = [{
      Effect   = "Allow"
      Action   = "sagemaker:CreatePresignedNotebookInstanceUrl"
      Resource = "arn:aws:sagemaker:eu-central-1:111122223333:notebook-instance/analysis"
    }]
  })
}

resource "aws_iam_group" "operators" {
  name = "operators"
}

resource "aws_iam_group_policy_attachment" "admin" {
  group      = aws_iam_group.operators.name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess" # no matter: not the group that notebooks are meant for
}
