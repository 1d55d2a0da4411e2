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
      Condition = {
        ArnLike = { "aws:SourceArn" = "arn:aws:sagemaker:*:111122223333:notebook-instance/*" } # bad: a pipeline is none of these
      }
    }]
  })
}

resource "aws_sagemaker_pipeline" "claims" {
  pipeline_name         = "claims"
  pipeline_display_name = "claims"
  role_arn              = aws_iam_role.notebook.arn

  pipeline_definition = jsonencode({
    Version = "2020-12-01"
    Steps   = []
  })
}
