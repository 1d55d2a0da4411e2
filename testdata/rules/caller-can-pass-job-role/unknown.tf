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
  name = "claims-notebook"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role" "job" {
  name = "claims-job"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "terraform_data" "landing_zone" {}

# Read only after the landing zone, so while planning nobody knows the value.
data "aws_ssm_parameter" "role" {
  name       = "/landing-zone/roles/claims-job"
  depends_on = [terraform_data.landing_zone]
}

data "aws_iam_policy_document" "jobs" {
  statement {
    actions   = ["sagemaker:CreateProcessingJob", "sagemaker:DescribeProcessingJob"]
    resources = ["arn:aws:sagemaker:eu-central-1:${data.aws_caller_identity.current.account_id}:processing-job/*"]
  }

  statement {
    actions   = ["iam:PassRole"]
    resources = [data.aws_ssm_parameter.role.insecure_value] # not known: which role it is

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["sagemaker.amazonaws.com"]
    }
  }
}

resource "aws_iam_role_policy" "jobs" {
  name   = "jobs"
  role   = aws_iam_role.notebook.id
  policy = data.aws_iam_policy_document.jobs.json
}

resource "aws_sagemaker_notebook_instance" "claims" {
  name          = "claims"
  role_arn      = aws_iam_role.notebook.arn
  instance_type = "ml.t3.medium"
}
