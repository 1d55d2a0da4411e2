# Trial data: one bucket under one key, which leaves its use to the account.

resource "aws_kms_key" "trials" {
  description         = "Clinical trial data"
  enable_key_rotation = true

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Account"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::111122223333:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
    ]
  })
}

resource "aws_s3_bucket" "trials" {
  bucket = "clinical-trials-eu"
}

resource "aws_s3_bucket_public_access_block" "trials" {
  bucket                  = aws_s3_bucket.trials.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "trials" {
  bucket = aws_s3_bucket.trials.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.trials.arn
    }
  }
}

resource "aws_s3_bucket_policy" "trials" {
  bucket = aws_s3_bucket.trials.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Tls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.trials.arn, "${aws_s3_bucket.trials.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}
