# finds PG-PATH-008/unexpected-reader: `aws_iam_user.sam` can read

resource "aws_iam_user" "sam" {
  name = "sam"
}

resource "aws_iam_user_policy" "sam" {
  name = "sam"
  user = aws_iam_user.sam.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["s3:Get*", "s3:List*"], Resource = "arn:aws:s3:::clinical-*" },
      { Effect = "Allow", Action = "kms:Decrypt", Resource = "*" },
    ]
  })
}
