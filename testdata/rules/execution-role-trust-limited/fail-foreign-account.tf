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

data "aws_caller_identity" "current" {}

resource "aws_iam_role" "notebook" {
  name = "analysis-notebook-${data.aws_caller_identity.current.account_id}"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
      }, {
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::444455556666:role/pipeline" } # bad: a role of another account
      Action    = "sts:AssumeRole"
    }]
  })
}
