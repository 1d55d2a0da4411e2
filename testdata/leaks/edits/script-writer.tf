# finds PG-PATH-008/reader-through-notebook-group: it writes aws_sagemaker_notebook_instance_lifecycle_configuration.trials

resource "aws_iam_user" "sam" {
  name = "sam"
}

resource "aws_iam_user_policy" "sam" {
  name = "sam"
  user = aws_iam_user.sam.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "sagemaker:UpdateNotebookInstanceLifecycleConfig", Resource = "*" },
    ]
  })
}
