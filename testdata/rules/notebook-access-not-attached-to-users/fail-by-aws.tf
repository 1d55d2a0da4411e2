# No template: a template attaches it inside the user, so that the finding is about the user.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

resource "aws_iam_user" "ana" {
  name = "ana"
}

resource "aws_iam_user_policy_attachment" "ana" {
  user       = aws_iam_user.ana.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess" # bad: everything in SageMaker, for her alone
}
