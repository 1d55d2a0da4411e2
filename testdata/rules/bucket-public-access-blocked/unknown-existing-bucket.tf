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

# undecidable: the bucket exists already (the plan leaves it as it is), and may be older than the defaults

resource "aws_s3_bucket" "data" {
  bucket = "claims-data-111122223333"
}

# No template: only a plan tells that the bucket exists already.
