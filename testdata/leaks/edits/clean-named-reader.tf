# clean

resource "aws_iam_role" "quality" {
  name = "quality"

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy" "quality" {
  name = "quality"
  role = aws_iam_role.quality.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["s3:GetObject"], Resource = ["${aws_s3_bucket.trials.arn}/*"] },
      { Effect = "Allow", Action = "kms:Decrypt", Resource = aws_kms_key.trials.arn },
    ]
  })
}
