# finds PG-PATH-008/unexpected-reader: it passes aws_iam_role.notebook to sagemaker.amazonaws.com by sagemaker:CreateTrainingJob

resource "aws_iam_role" "trainer" {
  name = "trainer"

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy" "trainer" {
  name = "trainer"
  role = aws_iam_role.trainer.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "sagemaker:CreateTrainingJob", Resource = "*" },
      { Effect = "Allow", Action = "iam:PassRole", Resource = "arn:aws:iam::111122223333:role/trials-*" },
    ]
  })
}
