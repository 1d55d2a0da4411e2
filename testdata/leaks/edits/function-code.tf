# finds PG-PATH-008/unexpected-reader: it replaces the code of aws_lambda_function.index

resource "aws_iam_role" "index" {
  name = "index"

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy" "index" {
  name = "index"
  role = aws_iam_role.index.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "s3:GetObject", Resource = ["${aws_s3_bucket.trials.arn}/*"] },
      { Effect = "Allow", Action = "kms:Decrypt", Resource = aws_kms_key.trials.arn },
    ]
  })
}

resource "aws_lambda_function" "index" {
  function_name = "index"
  role          = aws_iam_role.index.arn
  handler       = "index.handler"
  runtime       = "python3.13"
  filename      = "index.zip"
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
      { Effect = "Allow", Action = "lambda:UpdateFunctionCode", Resource = "arn:aws:lambda:eu-central-1:111122223333:function:*" },
    ]
  })
}
