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

resource "aws_iam_access_key" "loader" {
  for_each = toset(["forecast-loader", "forecast-archiver"])
  user     = each.key
}

resource "aws_ssm_parameter" "key" {
  for_each = aws_iam_access_key.loader

  name  = "/forecast/${each.key}/secret-access-key"
  type  = "SecureString"
  value = each.value.secret # bad: whoever may read the parameter is the user
}
