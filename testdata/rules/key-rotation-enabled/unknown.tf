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
data "aws_ssm_parameter" "rotation" {
  name       = "/platform/keys/rotation"
  depends_on = [terraform_data.bootstrap]
}

resource "aws_kms_key" "data" {
  description         = "data"
  enable_key_rotation = data.aws_ssm_parameter.rotation.insecure_value == "on" # undecidable: read while applying
}
