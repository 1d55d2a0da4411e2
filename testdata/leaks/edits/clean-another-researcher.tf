# clean

resource "aws_iam_user" "joao" {
  name = "joao"
}

resource "aws_iam_user_group_membership" "joao" {
  user   = aws_iam_user.joao.name
  groups = [aws_iam_group.researchers.name]
}
