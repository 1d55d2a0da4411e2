terraform {
  required_providers {
    awscc = {
      source  = "hashicorp/awscc"
      version = "~> 1.0"
    }
  }
}

provider "awscc" {
  region = "eu-central-1"
}

resource "awscc_s3_bucket" "data" {
  bucket_name = "claims-data-111122223333"
}

resource "awscc_s3_bucket_policy" "data" {
  bucket = awscc_s3_bucket.data.bucket_name
  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = ["arn:aws:s3:::claims-data-111122223333", "arn:aws:s3:::claims-data-111122223333/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } } # good: nothing without TLS
    }]
  })
}
