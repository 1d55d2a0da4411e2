# finds PG-PATH-008/unexpected-reader: it passes aws_iam_role.notebook to sagemaker.amazonaws.com by sagemaker:CreateNotebookInstance

resource "aws_iam_user" "sam" {
  name = "sam"
}

resource "aws_iam_user_policy" "sam" {
  name = "sam"
  user = aws_iam_user.sam.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "sagemaker:CreateNotebookInstance", Resource = "arn:aws:sagemaker:eu-central-1:111122223333:notebook-instance/sandbox-*" },
      { Effect = "Allow", Action = "iam:PassRole", Resource = aws_iam_role.notebook.arn },
    ]
  })
}
