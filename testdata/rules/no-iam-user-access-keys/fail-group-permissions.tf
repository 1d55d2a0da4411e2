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

resource "aws_iam_group" "jobs" {
  name = "jobs"
}

resource "aws_iam_user_group_membership" "job" {
  user   = aws_iam_user.job.name
  groups = [aws_iam_group.jobs.name]
}

resource "aws_iam_group_policy" "images" {
  name  = "images"
  group = aws_iam_group.jobs.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
      Resource = "arn:aws:ecr:eu-central-1:111122223333:repository/features"
    }]
  })
}

# bad: whoever finds the key gets what the group may

resource "aws_iam_access_key" "job" {
  user = aws_iam_user.job.name
}
