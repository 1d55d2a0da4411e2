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
data "aws_ssm_parameter" "scan" {
  name       = "/platform/scan-on-push"
  depends_on = [terraform_data.bootstrap]
}

resource "aws_ecr_repository" "features" {
  name = "features"

  image_scanning_configuration {
    scan_on_push = data.aws_ssm_parameter.scan.insecure_value # undecidable: read while applying
  }
}
