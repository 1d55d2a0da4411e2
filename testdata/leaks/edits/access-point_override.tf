# finds PG-PATH-008/unexpected-reader: the account 444455556666 can read
# finds PG-S3-006

resource "aws_kms_key" "trials" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Sid = "Account", Effect = "Allow", Principal = { AWS = "arn:aws:iam::111122223333:root" }, Action = "kms:*", Resource = "*" },
      { Effect = "Allow", Principal = { AWS = "arn:aws:iam::444455556666:root" }, Action = "kms:Decrypt", Resource = "*" },
    ]
  })
}

resource "aws_s3_bucket_policy" "trials" {
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
      { Effect = "Allow", Principal = "*", Action = "s3:*", Resource = [aws_s3_bucket.trials.arn, "${aws_s3_bucket.trials.arn}/*"], Condition = { StringEquals = { "s3:DataAccessPointAccount" = "111122223333" } } },
    ]
  })
}
