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
  name = "features"

  encryption_configuration {
    encryption_type = "KMS" # bad: without a key, `aws/ecr`
  }
}
