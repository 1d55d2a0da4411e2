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

# bad: a key that works until somebody takes it away

resource "aws_iam_access_key" "job" {
  user = aws_iam_user.job.name
}
