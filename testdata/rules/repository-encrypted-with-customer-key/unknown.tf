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
  name       = "/platform/image-key"
  depends_on = [terraform_data.bootstrap]
}

resource "aws_ecr_repository" "features" {
  name = "features"

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = data.aws_ssm_parameter.key.insecure_value # undecidable: read while applying
  }
}
