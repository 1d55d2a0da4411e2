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

resource "aws_ssm_parameter" "role" {
  name = "/analysis/notebook-role"
  type = "String"

  insecure_value = "arn:aws:iam::111122223333:role/analysis-notebook"
}

resource "aws_sagemaker_notebook_instance" "this" {
  name          = "analysis"
  role_arn      = aws_ssm_parameter.role.arn # undecidable: what a parameter says names no role of this input
  instance_type = "ml.t3.medium"
}

# No template: a template reads a parameter of its own only by a dynamic reference, which is unknown anyhow.
