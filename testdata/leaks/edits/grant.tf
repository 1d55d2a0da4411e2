# finds PG-PATH-008/unexpected-reader: by a grant on the key

resource "aws_iam_role" "audit" {
  name = "audit"

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy" "audit" {
  name = "audit"
  role = aws_iam_role.audit.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "s3:GetObject", Resource = "*" },
    ]
  })
}

resource "aws_kms_grant" "audit" {
  name              = "audit"
  key_id            = aws_kms_key.trials.key_id
  grantee_principal = aws_iam_role.audit.arn
  operations        = ["Decrypt"]
}
