terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

provider "aws" {
  region              = "eu-central-1"
  allowed_account_ids = ["111122223333"]
}

resource "aws_iam_role" "notebook" {
  name = "claims-notebook"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

data "aws_iam_policy_document" "notebook" {
  statement {
    sid       = "Data"
    actions   = ["s3:PutObject", "s3:PutObjectAcl"] # bad: lets others read single objects
    resources = ["arn:aws:s3:::claims-images-111122223333/*"]
  }
}

resource "aws_iam_role_policy" "notebook" {
  name   = "data"
  role   = aws_iam_role.notebook.id
  policy = data.aws_iam_policy_document.notebook.json
}

resource "aws_sagemaker_notebook_instance" "research" {
  name          = "claims-research"
  instance_type = "ml.t3.medium"
  role_arn      = aws_iam_role.notebook.arn
}
