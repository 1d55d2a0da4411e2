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
  name                 = "features"
  image_tag_mutability = "MUTABLE" # bad: the next push may put another image under a tag
}
