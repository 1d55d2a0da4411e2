# finds PG-PATH-008/reader-through-notebook-group: it opens aws_sagemaker_notebook_instance.trials
# finds PG-ACC-002

resource "aws_iam_group" "support" {
  name = "support"
}

resource "aws_iam_group_policy" "support" {
  name  = "support"
  group = aws_iam_group.support.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "sagemaker:CreatePresigned*", Resource = "*" },
    ]
  })
}
