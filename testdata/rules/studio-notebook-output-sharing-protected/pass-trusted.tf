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
      notebook_output_option = "Allowed"
      s3_output_path         = "s3://team-notebooks/shared" # good: trusted_buckets names it
      s3_kms_key_id          = "arn:aws:kms:eu-central-1:111122223333:key/1a2b3c4d-5e6f-4a1b-8c2d-3e4f5a6b7c8d"
    }
  }
}
