# clean

resource "aws_kms_key" "trials" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Sid = "Account", Effect = "Allow", Principal = { AWS = "arn:aws:iam::111122223333:root" }, Action = "kms:*", Resource = "*" },
      { Sid = "Job", Effect = "Allow", Principal = { AWS = aws_iam_role.job.arn }, Action = ["kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"], Resource = "*" },
    ]
  })
}
