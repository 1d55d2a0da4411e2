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

resource "aws_iam_group" "platform" {
  name = "platform"
}

resource "aws_iam_group_policy" "roles" {
  name  = "roles"
  group = aws_iam_group.platform.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "iam:*" # bad: with passing any role among the rest
      Resource = "*"
    }]
  })
}
