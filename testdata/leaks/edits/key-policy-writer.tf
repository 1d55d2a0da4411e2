# finds PG-PATH-008/unexpected-reader: it lets itself in by kms:PutKeyPolicy

resource "aws_iam_role" "rotator" {
  name = "rotator"

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy" "rotator" {
  name = "rotator"
  role = aws_iam_role.rotator.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "s3:GetObject", Resource = "*" },
      { Effect = "Allow", Action = "kms:PutKeyPolicy", Resource = "*" },
    ]
  })
}
