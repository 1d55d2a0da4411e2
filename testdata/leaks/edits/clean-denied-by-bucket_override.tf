# clean

resource "aws_s3_bucket_policy" "trials" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Tls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.trials.arn, "${aws_s3_bucket.trials.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      { Sid = "Workloads", Effect = "Deny", Principal = "*", Action = "s3:*Object", Resource = "${aws_s3_bucket.trials.arn}/*", Condition = { ArnNotEquals = { "aws:PrincipalArn" = [aws_iam_role.notebook.arn, aws_iam_role.job.arn] } } },
    ]
  })
}
