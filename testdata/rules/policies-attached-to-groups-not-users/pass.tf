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

resource "aws_iam_user" "ana" {
  name                 = "ana"
  permissions_boundary = "arn:aws:iam::aws:policy/PowerUserAccess" # good: a boundary gives nothing
}

resource "aws_iam_group" "reports" {
  name = "reports"
}

resource "aws_iam_user_group_membership" "ana" {
  user   = aws_iam_user.ana.name
  groups = [aws_iam_group.reports.name]
}

resource "aws_iam_group_policy" "reports" {
  name  = "reports"
  group = aws_iam_group.reports.name # good: who joins has it, who leaves has it no longer

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "s3:GetObject"
      Resource = "arn:aws:s3:::reports-111122223333/*"
    }]
  })
}
