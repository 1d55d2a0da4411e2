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

locals {
  account = data.aws_caller_identity.current.account_id
}

resource "aws_iam_group" "ml" {
  name = "ml-team"
}

resource "aws_vpc_endpoint" "api" {
  vpc_id              = "vpc-0d1e2f3a4b5c6d7e8"
  service_name        = "com.amazonaws.eu-central-1.sagemaker.api"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = ["subnet-0aaaaaaaaaaaaaaa1"]
  security_group_ids  = ["sg-0a1b2c3d4e5f60718"]
}

resource "aws_vpc_endpoint" "notebook" {
  vpc_id              = "vpc-0d1e2f3a4b5c6d7e8"
  service_name        = "aws.sagemaker.eu-central-1.notebook"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = ["subnet-0aaaaaaaaaaaaaaa1"]
  security_group_ids  = ["sg-0a1b2c3d4e5f60718"]
}

data "aws_iam_policy_document" "notebooks" {
  statement {
    actions   = ["sagemaker:CreatePresignedNotebookInstanceUrl", "sagemaker:DescribeNotebookInstance", "sagemaker:StartNotebookInstance", "sagemaker:StopNotebookInstance"]
    resources = ["arn:aws:sagemaker:eu-central-1:${local.account}:notebook-instance/analysis"]

    condition {
      test     = "StringEquals"
      variable = "aws:SourceVpce"
      values   = [aws_vpc_endpoint.api.id, aws_vpc_endpoint.notebook.id]
    }
  }
}

resource "aws_iam_group_policy" "notebooks" {
  name   = "notebooks"
  group  = aws_iam_group.ml.name
  policy = data.aws_iam_policy_document.notebooks.json
}
