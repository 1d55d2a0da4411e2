# finds PG-PATH-008/reader-through-assumable-role: it assumes aws_iam_role.hop, which assumes aws_iam_role.job

resource "aws_iam_role" "job" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { Service = "sagemaker.amazonaws.com" }, Action = "sts:AssumeRole" },
      { Effect = "Allow", Principal = { AWS = aws_iam_role.hop.arn }, Action = "sts:AssumeRole" },
    ]
  })
}
