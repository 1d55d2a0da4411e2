# finds PG-PATH-008/public-reader: anybody at all can read
# finds PG-KMS-002

resource "aws_kms_key" "trials" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Sid = "Account", Effect = "Allow", Principal = { AWS = "arn:aws:iam::111122223333:root" }, Action = "kms:*", Resource = "*" },
      { Effect = "Allow", Principal = "*", Action = "kms:Decrypt", Resource = "*", Condition = { StringLike = { "aws:PrincipalArn" = "*" } } },
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
      { Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "${aws_s3_bucket.trials.arn}/*", Condition = { StringLike = { "aws:PrincipalArn" = "*" } } },
    ]
  })
}
