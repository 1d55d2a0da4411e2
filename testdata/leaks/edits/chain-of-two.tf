# see the file of this name that ends in _override

resource "aws_iam_role" "hop" {
  name = "hop"

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = "arn:aws:iam::111122223333:root" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy" "hop" {
  name = "hop"
  role = aws_iam_role.hop.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "sts:AssumeRole", Resource = aws_iam_role.job.arn },
    ]
  })
}

resource "aws_iam_user" "sam" {
  name = "sam"
}

resource "aws_iam_user_policy" "sam" {
  name = "sam"
  user = aws_iam_user.sam.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "sts:AssumeRole", Resource = aws_iam_role.hop.arn },
    ]
  })
}
