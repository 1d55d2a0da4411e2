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

resource "aws_iam_role" "notebook" {
  name = "analysis-notebook"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        Service = "sagemaker.amazonaws.com"
        # undecidable: nothing tells whether this role is of the own account
        AWS = "arn:aws:iam::111122223333:role/pipeline"
      }
      Action = "sts:AssumeRole"
    }]
  })
}
