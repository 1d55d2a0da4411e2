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

resource "aws_iam_user" "team" {
  for_each = toset(["ana", "ben", "cleo"])
  name     = each.key
}

resource "aws_iam_policy" "reports" {
  name = "reports"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "s3:GetObject"
      Resource = "arn:aws:s3:::reports-111122223333/*"
    }]
  })
}

resource "aws_iam_policy_attachment" "reports" {
  name       = "reports"
  users      = [for user in aws_iam_user.team : user.name] # bad: one finding, for all of them
  policy_arn = aws_iam_policy.reports.arn
}
