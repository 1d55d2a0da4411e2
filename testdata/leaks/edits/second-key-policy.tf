# finds PG-KMS-005: the account 444455556666 can decrypt with this key
# finds PG-KMS-003

resource "aws_kms_key_policy" "trials" {
  key_id = aws_kms_key.trials.key_id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { AWS = "arn:aws:iam::111122223333:root" }, Action = "kms:*", Resource = "*" },
      { Effect = "Allow", Principal = { AWS = "arn:aws:iam::444455556666:root" }, Action = "kms:Decrypt", Resource = "*" },
    ]
  })
}
