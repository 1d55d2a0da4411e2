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

resource "aws_iam_access_key" "job" {
  for_each = { old = "Inactive", new = "Active" }

  user   = aws_iam_user.job.name
  status = each.value # bad: the new one works
}
