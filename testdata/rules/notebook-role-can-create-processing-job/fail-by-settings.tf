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
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

# Nothing here speaks of jobs; settings say that the notebook starts them.
resource "aws_sagemaker_notebook_instance" "analysis" {
  name          = "analysis"
  role_arn      = aws_iam_role.notebook.arn
  instance_type = "ml.t3.medium"
}
