variable "rotate" {
  type = bool
}

variable "stage" {
  type = string
}

variable "reports" {
  type = bool
}

provider "aws" {
  region = "eu-central-1"
}

locals {
  is_production = var.stage == "prod"
}

resource "aws_kms_key" "data" {
  description         = "claims"
  enable_key_rotation = var.rotate
}

# Only outside of production, and then open to everybody.
resource "aws_s3_bucket" "scratch" {
  count  = local.is_production ? 0 : 1
  bucket = "claims-scratch"
}

resource "aws_s3_bucket_acl" "scratch" {
  count  = local.is_production ? 0 : 1
  bucket = aws_s3_bucket.scratch[0].id
  acl    = "public-read"
}

# Both or neither: there is no world in which the bucket is there without its encryption.
resource "aws_s3_bucket" "reports" {
  count  = var.reports ? 1 : 0
  bucket = "claims-reports"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "reports" {
  count  = !var.reports ? 0 : 1
  bucket = aws_s3_bucket.reports[0].id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.data.arn
    }
  }
}
