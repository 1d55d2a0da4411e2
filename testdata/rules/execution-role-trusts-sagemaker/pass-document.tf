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

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com", "sagemaker.amazonaws.com"] # good: one of them is SageMaker
    }
  }
}

resource "aws_iam_role" "notebook" {
  name               = "analysis-notebook"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_sagemaker_notebook_instance" "this" {
  name          = "analysis"
  role_arn      = aws_iam_role.notebook.arn
  instance_type = "ml.t3.medium"
}
