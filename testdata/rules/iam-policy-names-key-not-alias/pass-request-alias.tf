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

resource "aws_iam_role_policy" "data" {
  name = "data"
  role = "analysis-notebook"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "kms:Decrypt"
      Resource = "arn:aws:kms:eu-central-1:111122223333:key/*"
      Condition = {
        StringEquals = { "kms:RequestAlias" = "alias/claims-data" } # good: the way to grant by alias
      }
    }]
  })
}
