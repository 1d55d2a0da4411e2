# clean

resource "aws_kms_grant" "job" {
  name              = "job"
  key_id            = aws_kms_key.trials.key_id
  grantee_principal = aws_iam_role.job.arn
  operations        = ["Decrypt", "GenerateDataKey"]
}
