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

resource "aws_iam_role" "notebook" {
  name = "analysis-notebook"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = "sts:AssumeRole"
        Principal = { Service = "sagemaker.amazonaws.com" }
      },
    ]
  })
}

resource "aws_sagemaker_notebook_instance" "analysis" {
  name          = "analysis"
  role_arn      = aws_iam_role.notebook.arn
  instance_type = "ml.t3.medium"
}

resource "aws_iam_user" "ana" {
  name = "ana"
}

resource "terraform_data" "bootstrap" {}

# Read only after the bootstrap, so while planning nobody knows the value.
data "aws_ssm_parameter" "policy" {
  name       = "/platform/policies/ana"
  depends_on = [terraform_data.bootstrap]
}

resource "aws_iam_user_policy" "ana" {
  name   = "ana"
  user   = aws_iam_user.ana.name
  policy = data.aws_ssm_parameter.policy.insecure_value # undecidable: any policy
}
