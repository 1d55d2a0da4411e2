# finds PG-PATH-008/reader-through-assumable-role: the account 444455556666
# finds PG-IAM-002

resource "aws_iam_role" "job" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { Service = "sagemaker.amazonaws.com" }, Action = "sts:AssumeRole" },
      { Effect = "Allow", Principal = { AWS = "arn:aws:iam::444455556666:root" }, Action = "sts:AssumeRole" },
    ]
  })
}
