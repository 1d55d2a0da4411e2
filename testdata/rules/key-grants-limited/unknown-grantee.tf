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
data "aws_ssm_parameter" "grantee" {
  name       = "/platform/keys/grantee"
  depends_on = [terraform_data.bootstrap]
}

data "aws_caller_identity" "current" {}

resource "aws_kms_key" "data" {
  description         = "data"
  enable_key_rotation = true
}

resource "aws_kms_grant" "this" {
  key_id            = aws_kms_key.data.key_id
  grantee_principal = data.aws_ssm_parameter.grantee.insecure_value # undecidable: read while applying
  operations        = ["Decrypt"]
}

# No template: CloudFormation has no KMS grants.
