# finds PG-PATH-008/unexpected-reader: `aws_iam_group.support` can read

resource "aws_iam_group" "support" {
  name = "support"
}

resource "aws_iam_group_policy" "support" {
  name  = "support"
  group = aws_iam_group.support.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["s3:GetObject", "kms:Decrypt"], Resource = "*" },
    ]
  })
}
