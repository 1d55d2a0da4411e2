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

resource "aws_sagemaker_domain" "team" {
  domain_name = "team"
  auth_mode   = "IAM"
  vpc_id      = "vpc-0d1e2f3a4b5c6d7e8"
  subnet_ids  = ["subnet-0aaaaaaaaaaaaaaa1"]
  kms_key_id  = "alias/aws/elasticfilesystem" # bad: the AWS managed key, which has no policy of ours

  default_user_settings {
    execution_role = "arn:aws:iam::111122223333:role/analysis-studio"
  }
}
