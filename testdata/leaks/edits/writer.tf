# finds PG-PATH-008/unexpected-writer: `aws_iam_role.loader` can write

resource "aws_iam_role" "loader" {
  name = "loader"

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy" "loader" {
  name = "loader"
  role = aws_iam_role.loader.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["s3:PutObject", "kms:GenerateDataKey"], Resource = "*" },
    ]
  })
}
