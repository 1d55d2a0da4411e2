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

resource "aws_secretsmanager_secret" "key" {
  name = "forecast/loader"
}

resource "aws_secretsmanager_secret_version" "key" {
  secret_id = aws_secretsmanager_secret.key.id

  # bad: kept better than elsewhere, and still a key that works from anywhere
  secret_string = jsonencode({
    id     = aws_iam_access_key.loader.id
    secret = aws_iam_access_key.loader.secret
  })
}
