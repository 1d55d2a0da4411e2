# Researchers may open the notebook. Others work with other things.

resource "aws_iam_group" "researchers" {
  name = "sagemaker-researchers"
}

resource "aws_iam_group_policy" "researchers" {
  name  = "open-notebook"
  group = aws_iam_group.researchers.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Action = [
          "sagemaker:CreatePresignedNotebookInstanceUrl", "sagemaker:DescribeNotebookInstance",
          "sagemaker:StartNotebookInstance", "sagemaker:StopNotebookInstance",
        ]
        Resource  = "arn:aws:sagemaker:eu-central-1:111122223333:notebook-instance/trials"
        Condition = { StringEquals = { "aws:SourceVpc" = aws_vpc.trials.id } }
      },
    ]
  })
}

resource "aws_iam_user" "ines" {
  name = "ines"
}

resource "aws_iam_user_group_membership" "ines" {
  user   = aws_iam_user.ines.name
  groups = [aws_iam_group.researchers.name]
}

resource "aws_iam_role" "reports" {
  name = "reports"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "reports" {
  name = "reports"
  role = aws_iam_role.reports.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:PutObject"]
      Resource = "arn:aws:s3:::monthly-reports-eu/*"
    }]
  })
}
