provider "aws" {
  region = "eu-central-1"
}

data "aws_subnets" "all" {
}

# Perhaps there is none: neither what is wrong with it nor what is right counts.
resource "aws_kms_key" "perhaps" {
  count               = length(data.aws_subnets.all.ids)
  enable_key_rotation = false
}

resource "aws_s3_bucket" "data" {
  bucket = "claims-data"
}

resource "aws_s3_bucket_public_access_block" "data" {
  count                   = length(data.aws_subnets.all.ids)
  bucket                  = aws_s3_bucket.data.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
