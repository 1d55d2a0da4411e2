# clean

resource "aws_iam_role" "target" {
  name = "target"

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = "arn:aws:iam::111122223333:role/monitoring" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy" "target" {
  name = "target"
  role = aws_iam_role.target.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "cloudwatch:GetMetricData", Resource = "*" },
    ]
  })
}
