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

resource "aws_iam_user_policy_attachment" "job" {
  user       = aws_iam_user.job.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"
}

# bad: whoever finds the key starts jobs and opens notebooks

resource "aws_iam_access_key" "job" {
  user = aws_iam_user.job.name
}
