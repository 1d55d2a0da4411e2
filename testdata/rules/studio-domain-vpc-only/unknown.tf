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
data "aws_ssm_parameter" "access" {
  name       = "/platform/studio/access"
  depends_on = [terraform_data.bootstrap]
}

resource "aws_sagemaker_domain" "team" {
  domain_name             = "team"
  auth_mode               = "IAM"
  vpc_id                  = "vpc-0d1e2f3a4b5c6d7e8"
  subnet_ids              = ["subnet-0aaaaaaaaaaaaaaa1"]
  app_network_access_type = data.aws_ssm_parameter.access.insecure_value # undecidable: read while applying

  default_user_settings {
    execution_role = "arn:aws:iam::111122223333:role/analysis-studio"
  }
}
