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

provider "aws" {
  alias  = "ireland"
  region = "eu-west-1"
}

resource "aws_kms_key" "data" {
  description         = "data"
  enable_key_rotation = true
  multi_region        = true
}

resource "aws_kms_replica_key" "data" {
  provider        = aws.ireland
  primary_key_arn = aws_kms_key.data.arn
  enabled         = false # bad: nobody can encrypt or decrypt with a disabled key
}

resource "aws_s3_bucket" "copy" {
  provider = aws.ireland
  bucket   = "claims-copy-111122223333"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "copy" {
  provider = aws.ireland
  bucket   = aws_s3_bucket.copy.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_replica_key.data.arn
    }
  }
}

# No template: a replica lies in another region than its key, and so in another stack.
