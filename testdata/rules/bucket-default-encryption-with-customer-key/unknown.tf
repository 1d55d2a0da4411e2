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

resource "terraform_data" "bootstrap" {}

# Read only after the bootstrap, so while planning nobody knows the value.
data "aws_ssm_parameter" "data_key" {
  name       = "/platform/keys/data"
  depends_on = [terraform_data.bootstrap]
}

resource "aws_s3_bucket" "data" {
  bucket = "claims-data-111122223333"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "data" {
  bucket = aws_s3_bucket.data.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = data.aws_ssm_parameter.data_key.insecure_value # undecidable: may name alias/aws/s3
    }
  }
}
