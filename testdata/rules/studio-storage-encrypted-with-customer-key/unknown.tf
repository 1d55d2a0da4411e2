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

resource "terraform_data" "bootstrap" {}

# Read only after the bootstrap, so while planning nobody knows the value.
data "aws_ssm_parameter" "key" {
  name       = "/platform/keys/studio"
  depends_on = [terraform_data.bootstrap]
}

resource "aws_sagemaker_domain" "team" {
  domain_name = "team"
  auth_mode   = "IAM"
  vpc_id      = "vpc-0d1e2f3a4b5c6d7e8"
  subnet_ids  = ["subnet-0aaaaaaaaaaaaaaa1"]
  kms_key_id  = data.aws_ssm_parameter.key.insecure_value # undecidable: may name alias/aws/elasticfilesystem

  default_user_settings {
    execution_role = "arn:aws:iam::111122223333:role/analysis-studio"
  }
}
