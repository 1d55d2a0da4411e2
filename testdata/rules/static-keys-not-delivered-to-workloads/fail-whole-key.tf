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

resource "aws_iam_user" "loader" {
  name = "forecast-loader"
}

resource "aws_iam_access_key" "loader" {
  user = aws_iam_user.loader.name
}

resource "aws_ssm_parameter" "key" {
  name  = "/forecast/loader/access-key"
  type  = "SecureString"
  value = jsonencode(aws_iam_access_key.loader) # bad: all of it, the secret too
}
