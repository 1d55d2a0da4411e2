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
  name = "ana"
}

resource "aws_iam_user_policy" "reports" {
  name = "reports"
  user = aws_iam_user.ana.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "s3:GetObject"
      Resource = "arn:aws:s3:::reports-111122223333/*"
    }]
  })
}

resource "aws_iam_user_policy_attachment" "look" {
  user       = aws_iam_user.ana.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess" # bad: hers alone, whatever team she is in
}
