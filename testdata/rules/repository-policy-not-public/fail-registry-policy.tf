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

data "aws_caller_identity" "current" {}

resource "aws_ecr_repository" "features" {
  name = "features"
}

resource "aws_ecr_registry_policy" "this" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "replication"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::444455556666:root" } # bad: a foreign account may put its images here
      Action    = ["ecr:CreateRepository", "ecr:ReplicateImage"]
      Resource  = "arn:aws:ecr:eu-central-1:111122223333:repository/*"
    }]
  })
}
