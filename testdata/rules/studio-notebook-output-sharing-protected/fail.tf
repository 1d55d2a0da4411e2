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

  default_user_settings {
    execution_role = "arn:aws:iam::111122223333:role/analysis-studio"

    sharing_settings {
      notebook_output_option = "Allowed" # bad: the output of cells, and neither a bucket nor a key of ours
    }
  }
}
