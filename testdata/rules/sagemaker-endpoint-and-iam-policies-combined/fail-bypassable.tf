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

resource "aws_iam_user" "analyst" {
  name = "analyst"
}

data "aws_iam_policy_document" "analyst" {
  statement {
    actions   = ["sagemaker:ListNotebookInstances", "sagemaker:DescribeNotebookInstance"]
    resources = ["*"] # bad: by any way
  }
}

resource "aws_iam_user_policy" "analyst" {
  name   = "analyst"
  user   = aws_iam_user.analyst.name
  policy = data.aws_iam_policy_document.analyst.json
}

data "aws_iam_policy_document" "endpoint" {
  statement {
    actions   = ["sagemaker:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = [aws_iam_user.analyst.arn]
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
