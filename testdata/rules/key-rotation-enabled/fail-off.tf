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

resource "aws_kms_key" "data" {
  description         = "data"
  enable_key_rotation = false # bad: the key material stays the same for ever
}
