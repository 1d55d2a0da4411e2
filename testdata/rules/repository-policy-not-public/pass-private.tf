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

# good: without a policy a repository is private

resource "aws_ecr_repository" "features" {
  name = "features"
}
