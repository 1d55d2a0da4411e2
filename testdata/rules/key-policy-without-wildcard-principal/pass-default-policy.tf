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

# good: no policy is written, and the one that AWS puts in names the account only

resource "aws_kms_key" "data" {
  description         = "data"
  enable_key_rotation = true
}
