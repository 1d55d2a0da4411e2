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

resource "aws_iam_user" "job" {
  name = "features-job"
}

resource "aws_iam_user_policy" "mail" {
  name = "mail"
  user = aws_iam_user.job.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "ses:SendRawEmail"
      Resource = "*"
    }]
  })
}

# bad: a key that works, even if it reads no data

resource "aws_iam_access_key" "job" {
  user = aws_iam_user.job.name
}
