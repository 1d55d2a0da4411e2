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

data "aws_caller_identity" "current" {}

resource "aws_iam_role" "workflow" {
  name = "claims-workflow"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_s3_bucket" "definitions" {
  bucket = "claims-definitions"
}

resource "aws_sagemaker_pipeline" "claims" {
  pipeline_name         = "claims"
  pipeline_display_name = "claims"
  role_arn              = aws_iam_role.workflow.arn

  pipeline_definition_s3_location { # not known: what lies there
    bucket     = "claims-definitions"
    object_key = "pipelines/claims.json"
  }
}
