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

resource "aws_ecr_repository" "features" {
  for_each = toset(["features", "labels"])
  name     = each.key # bad: without a setting, tags can be moved
}

# No template: CloudFormation has no for_each; fail.yaml writes one repository.
