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

resource "aws_kms_key" "images" {
  enable_key_rotation = true
}

resource "aws_ecr_repository" "features" {
  name = "features"

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = aws_kms_key.images.arn # good
  }
}
