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

resource "aws_vpc" "research" {
  cidr_block           = "10.30.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_subnet" "research" {
  vpc_id     = aws_vpc.research.id
  cidr_block = "10.30.1.0/24"
}

resource "aws_vpc_endpoint" "sagemaker" {
  vpc_id              = aws_vpc.research.id
  service_name        = "com.amazonaws.eu-central-1.sagemaker.api"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = [aws_subnet.research.id]
  private_dns_enabled = true
}

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
    actions   = ["sagemaker:CreateProcessingJob", "sagemaker:DescribeProcessingJob"]
    resources = ["arn:aws:sagemaker:eu-central-1:${data.aws_caller_identity.current.account_id}:processing-job/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:SourceVpce"
      values   = [aws_vpc_endpoint.sagemaker.id] # bad: the notebook is in no VPC
    }
  }

  statement {
    actions   = ["iam:PassRole"]
    resources = [aws_iam_role.notebook.arn]

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

resource "aws_sagemaker_notebook_instance" "churn" {
  name          = "churn"
  role_arn      = aws_iam_role.notebook.arn
  instance_type = "ml.t3.medium"
}
