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

# bad: no encryption configuration, so S3 encrypts with its own key (SSE-S3)

resource "aws_s3_bucket" "data" {
  bucket = "claims-data-111122223333"
}
