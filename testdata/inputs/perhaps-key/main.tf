# How many access keys are made hangs on a variable that nobody sets.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

variable "keys" {
  type = number
}

resource "aws_iam_user" "publisher" {
  name = "publisher"
}

resource "aws_iam_access_key" "publisher" {
  count = var.keys
  user  = aws_iam_user.publisher.name
}
