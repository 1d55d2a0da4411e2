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
  name = "churn-notebook"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

data "aws_iam_policy_document" "jobs" {
  statement {
    actions = ["sagemaker:CreateProcessingJob", "sagemaker:DescribeProcessingJob"]
    # bad: may create a job, and hand it no role
    resources = ["arn:aws:sagemaker:eu-central-1:${data.aws_caller_identity.current.account_id}:processing-job/*"]
  }
}

resource "aws_iam_role_policy" "jobs" {
  name   = "jobs"
  role   = aws_iam_role.notebook.id
  policy = data.aws_iam_policy_document.jobs.json
}

resource "aws_sagemaker_domain" "churn" {
  domain_name = "churn"
  auth_mode   = "IAM"
  vpc_id      = "vpc-0a1b2c3d4e5f60718"
  subnet_ids  = ["subnet-0a1b2c3d4e5f60718"]

  default_user_settings {
    execution_role = aws_iam_role.notebook.arn
  }

  default_space_settings {
    execution_role = aws_iam_role.notebook.arn
  }
}
