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

resource "aws_iam_role" "starter" {
  name = "forecast-starter"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_lambda_function" "starter" {
  function_name = "forecast-starter"
  role          = aws_iam_role.starter.arn
  runtime       = "python3.13"
  handler       = "starter.handler"
  s3_bucket     = "forecast-code"
  s3_key        = "starter.zip"

  environment {
    variables = {
      LOADER_SECRET = aws_iam_access_key.loader.secret # bad: the function has a role, and needs no key
    }
  }
}
