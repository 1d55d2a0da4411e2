# see the file of this name that ends in _override

resource "aws_iam_user" "sam" {
  name = "sam"
}

resource "aws_iam_user_policy" "sam" {
  name = "sam"
  user = aws_iam_user.sam.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "sts:AssumeRole", Resource = "*" },
    ]
  })
}
