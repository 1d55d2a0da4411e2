terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
    awscc = {
      source  = "hashicorp/awscc"
      version = "~> 1.0"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

provider "awscc" {
  region = "eu-central-1"
}

resource "awscc_ecr_repository" "features" {
  repository_name      = "features"
  image_tag_mutability = "MUTABLE" # bad: the next push may put another image under a tag
}
