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

# The user is made elsewhere.
resource "aws_iam_user_policy" "reports" {
  name = "reports"
  user = "ana" # bad: hers alone

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "s3:GetObject"
      Resource = "arn:aws:s3:::reports-111122223333/*"
    }]
  })
}
