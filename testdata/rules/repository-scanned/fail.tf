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

  image_scanning_configuration {
    scan_on_push = false # bad: nobody learns of vulnerabilities
  }
}
