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

resource "aws_iam_user_policy" "data" {
  name = "data"
  user = aws_iam_user.job.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["s3:GetObject", "kms:Decrypt"]
      Resource = "*"
    }]
  })
}

resource "aws_iam_access_key" "job" {
  user   = aws_iam_user.job.name
  status = "Inactive" # good: it opens nothing, whatever the user may
}
