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

resource "aws_kms_key" "data" {
  description         = "data"
  enable_key_rotation = true
}

resource "aws_sagemaker_domain" "team" {
  domain_name = "team"
  auth_mode   = "IAM"
  vpc_id      = "vpc-0d1e2f3a4b5c6d7e8"
  subnet_ids  = ["subnet-0aaaaaaaaaaaaaaa1"]
  kms_key_id  = aws_kms_key.data.arn # good: a customer managed key of this plan

  default_user_settings {
    execution_role = "arn:aws:iam::111122223333:role/analysis-studio"
  }
}
