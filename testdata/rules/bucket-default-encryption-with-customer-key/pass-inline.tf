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
  enable_key_rotation = true
}

resource "aws_s3_bucket" "data" {
  bucket = "claims-data-111122223333"

  # deprecated, but still accepted
  server_side_encryption_configuration {
    rule {
      apply_server_side_encryption_by_default {
        sse_algorithm     = "aws:kms"
        kms_master_key_id = aws_kms_key.data.arn # good: a customer managed key of this plan
      }
    }
  }
}

# No template: encryption written inside the bucket is the only spelling in CloudFormation: pass.yaml has it.
