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
data "aws_ssm_parameter" "name" {
  name       = "/platform/buckets/claims"
  depends_on = [terraform_data.bootstrap]
}

resource "aws_s3_bucket" "data" {
  bucket = data.aws_ssm_parameter.name.insecure_value
}

resource "aws_s3_bucket_policy" "data" {
  bucket = aws_s3_bucket.data.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      # undecidable: may be another bucket's name
      Resource  = ["arn:aws:s3:::claims-data-111122223333", "arn:aws:s3:::claims-data-111122223333/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}
