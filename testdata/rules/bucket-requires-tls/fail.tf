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

# bad: no bucket policy, so requests without TLS are answered

resource "aws_s3_bucket" "data" {
  bucket = "claims-data-111122223333"
}
