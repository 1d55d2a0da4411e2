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
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        ArnLike = { "aws:SourceArn" = "arn:aws:sagemaker:*:111122223333:notebook-instance/*" } # bad: Studio is none of these
      }
    }]
  })
}

resource "aws_sagemaker_domain" "this" {
  domain_name = "analysis"
  auth_mode   = "IAM"
  vpc_id      = "vpc-0a1b2c3d4e5f60718"
  subnet_ids  = ["subnet-0aaaaaaaaaaaaaaa1"]

  default_user_settings {
    execution_role = aws_iam_role.notebook.arn
  }
}
