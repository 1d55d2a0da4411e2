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

resource "aws_vpc" "survey" {
  cidr_block           = "10.40.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_subnet" "survey" {
  vpc_id     = aws_vpc.survey.id
  cidr_block = "10.40.1.0/24"
}

resource "aws_vpc_endpoint" "sagemaker" {
  vpc_id              = aws_vpc.survey.id
  service_name        = "com.amazonaws.eu-central-1.sagemaker.api" # bad: a way to SageMaker, and no permission there
  vpc_endpoint_type   = "Interface"
  subnet_ids          = [aws_subnet.survey.id]
  private_dns_enabled = true
}

resource "aws_iam_role" "notebook" {
  name = "seismic-notebook"

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
  name = "seismic-job"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

data "aws_iam_policy_document" "surveys" {
  statement {
    actions   = ["iam:PassRole"]
    resources = [aws_iam_role.job.arn]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["sagemaker.amazonaws.com"]
    }
  }
}

resource "aws_iam_role_policy" "surveys" {
  name   = "surveys"
  role   = aws_iam_role.notebook.id
  policy = data.aws_iam_policy_document.surveys.json
}

resource "aws_sagemaker_notebook_instance" "seismic" {
  name                   = "seismic"
  role_arn               = aws_iam_role.notebook.arn
  instance_type          = "ml.t3.medium"
  subnet_id              = aws_subnet.survey.id
  direct_internet_access = "Disabled"
}
