# finds PG-PATH-008/unexpected-reader: `aws_iam_role.operators` can read

resource "aws_iam_role" "operators" {
  name = "operators"

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = "arn:aws:iam::111122223333:root" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy" "operators" {
  name = "operators"
  role = aws_iam_role.operators.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "*", Resource = "*" },
    ]
  })
}
