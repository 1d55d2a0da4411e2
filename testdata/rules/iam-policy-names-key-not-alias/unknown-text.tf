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

resource "aws_kms_key" "data" {
  description         = "data"
  enable_key_rotation = true
}

# undecidable: one ARN that is made while applying hides the text as a whole

resource "aws_iam_role_policy" "data" {
  name = "data"
  role = "analysis-notebook"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource = aws_kms_key.data.arn
    }]
  })
}

# No template: only a plan hides the text; a template shows it.
