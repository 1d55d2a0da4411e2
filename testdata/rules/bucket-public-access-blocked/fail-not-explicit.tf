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

# bad, but hardly: a new bucket has all four on by itself, only nobody wrote it down

resource "aws_s3_bucket" "data" {
  bucket = "claims-data-111122223333"
}
