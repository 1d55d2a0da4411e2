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

data "aws_iam_policy_document" "endpoint" {
  statement {
    actions   = ["sagemaker:*"]
    resources = ["*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalAccount"
      values   = [data.aws_caller_identity.current.account_id] # good: the own account
    }
  }
}

resource "aws_vpc_endpoint" "sagemaker_api" {
  vpc_id              = "vpc-0a1b2c3d4e5f60718"
  service_name        = "com.amazonaws.eu-central-1.sagemaker.api"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = ["subnet-0aaaaaaaaaaaaaaa1"]
  private_dns_enabled = true
  policy              = data.aws_iam_policy_document.endpoint.json
}
