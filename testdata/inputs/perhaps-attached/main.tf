provider "aws" {
  region              = "eu-central-1"
  allowed_account_ids = ["111122223333"]
}
data "aws_subnets" "all" {}
resource "aws_s3_bucket" "data" { bucket = "claims-data" }
resource "aws_iam_role" "reader" {
  name               = "reader"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "sagemaker.amazonaws.com" } }] })
}
resource "aws_iam_policy" "p" {
  name   = "p"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "${aws_s3_bucket.data.arn}/*" }] })
}
resource "aws_iam_user" "reader" {
  name = "reader"
}
resource "aws_iam_group" "g" { name = "g" }
resource "aws_iam_group_policy_attachment" "g" {
  group      = aws_iam_group.g.name
  policy_arn = aws_iam_policy.p.arn
}
resource "aws_iam_user_group_membership" "u" {
  count  = length(data.aws_subnets.all.ids)
  user   = aws_iam_user.reader.name
  groups = [aws_iam_group.g.name]
}
resource "aws_iam_role_policy_attachment" "a" {
  count      = length(data.aws_subnets.all.ids)
  role       = aws_iam_role.reader.name
  policy_arn = aws_iam_policy.p.arn
}
resource "aws_iam_role" "other" {
  name               = "other"
  assume_role_policy = aws_iam_role.reader.assume_role_policy
}
resource "aws_iam_policy_attachment" "other" {
  count      = length(data.aws_subnets.all.ids)
  name       = "other"
  roles      = [aws_iam_role.other.name]
  policy_arn = aws_iam_policy.p.arn
}
