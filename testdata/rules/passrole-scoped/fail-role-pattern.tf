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

resource "aws_iam_role_policy" "pass" {
  name = "pass"
  role = "analysis-notebook"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "iam:PassRole"
      Resource = "arn:aws:iam::111122223333:role/*" # bad: any role of the account
      Condition = {
        StringEquals = { "iam:PassedToService" = "sagemaker.amazonaws.com" }
      }
    }]
  })
}
