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

resource "terraform_data" "bootstrap" {}

# Read only after the bootstrap, so while planning nobody knows the value.
data "aws_ssm_parameter" "service" {
  name       = "/platform/service"
  depends_on = [terraform_data.bootstrap]
}

data "aws_iam_policy_document" "work" {
  statement {
    actions   = ["s3:${data.aws_ssm_parameter.service.insecure_value}"] # undecidable: may be `*`
    resources = ["arn:aws:s3:::claims-111122223333/*"]
  }
}

resource "aws_iam_role_policy" "work" {
  name   = "work"
  role   = aws_iam_role.notebook.id
  policy = data.aws_iam_policy_document.work.json
}
