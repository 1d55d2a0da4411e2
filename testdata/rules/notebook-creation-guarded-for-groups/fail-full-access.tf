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

resource "aws_iam_group" "ml" {
  name = "ml-team"
}

resource "aws_iam_group_policy_attachment" "everything" {
  group      = aws_iam_group.ml.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess" # bad: one finding, not one for each action
}
