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
data "aws_ssm_parameter" "filter" {
  name       = "/platform/scanned"
  depends_on = [terraform_data.bootstrap]
}

resource "aws_ecr_repository" "features" {
  name = "features"
}

resource "aws_ecr_registry_scanning_configuration" "this" {
  scan_type = "BASIC"

  rule {
    scan_frequency = "SCAN_ON_PUSH"

    repository_filter {
      filter      = "${data.aws_ssm_parameter.filter.insecure_value}" # undecidable: read while applying
      filter_type = "WILDCARD"
    }
  }
}
