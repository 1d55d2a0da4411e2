# finds PG-PATH-008/unexpected-reader: `aws_ssoadmin_permission_set.support` can read

resource "aws_ssoadmin_permission_set" "support" {
  name         = "support"
  instance_arn = "arn:aws:sso:::instance/ssoins-1234567890abcdef"
}

resource "aws_ssoadmin_permission_set_inline_policy" "support" {
  instance_arn       = "arn:aws:sso:::instance/ssoins-1234567890abcdef"
  permission_set_arn = aws_ssoadmin_permission_set.support.arn

  inline_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["s3:Get*", "kms:Decrypt"], Resource = "*" },
    ]
  })
}
