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

resource "aws_iam_role" "job" {
  name = "features-job"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

# undecidable: one ARN that is made while applying hides the text as a whole

resource "aws_iam_role_policy" "pass" {
  name = "pass"
  role = "analysis-notebook"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "iam:PassRole"
      Resource = aws_iam_role.job.arn
      Condition = {
        StringEquals = { "iam:PassedToService" = "sagemaker.amazonaws.com" }
      }
    }]
  })
}

# No template: only a plan hides the text; a template shows it.
