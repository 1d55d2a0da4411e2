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

resource "aws_secretsmanager_secret" "claims" {
  name = "claims-database"
}

resource "aws_iam_role" "notebook" {
  name = "analysis-notebook"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

data "aws_iam_policy_document" "work" {
  statement {
    actions   = ["secretsmanager:*"] # bad: the role may delete the secret and rewrite its policy, too
    resources = [aws_secretsmanager_secret.claims.arn]
  }
}

resource "aws_iam_role_policy" "work" {
  name   = "work"
  role   = aws_iam_role.notebook.id
  policy = data.aws_iam_policy_document.work.json
}
