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

resource "aws_iam_role" "notebook" {
  name = "analysis-notebook"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "terraform_data" "bootstrap" {}

# Read only after the bootstrap, so while planning nobody knows the value.
data "aws_ssm_parameter" "mode" {
  name       = "/platform/studio/mode"
  depends_on = [terraform_data.bootstrap]
}

resource "aws_sagemaker_domain" "team" {
  domain_name             = "team"
  auth_mode               = data.aws_ssm_parameter.mode.insecure_value # undecidable: either mode
  app_network_access_type = "VpcOnly"
  vpc_id                  = "vpc-0d1e2f3a4b5c6d7e8"
  subnet_ids              = ["subnet-0aaaaaaaaaaaaaaa1"]

  default_user_settings {
    execution_role = aws_iam_role.notebook.arn
  }
}
