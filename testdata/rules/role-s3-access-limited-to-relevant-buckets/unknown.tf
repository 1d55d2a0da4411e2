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

resource "terraform_data" "bootstrap" {}

# Read only after the bootstrap, so while planning nobody knows the value.
data "aws_ssm_parameter" "objects" {
  name       = "/claims/objects"
  depends_on = [terraform_data.bootstrap]
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

resource "aws_iam_role_policy" "notebook" {
  name = "data"
  role = aws_iam_role.notebook.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "Data"
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:PutObject"]
      Resource = data.aws_ssm_parameter.objects.insecure_value # undecidable: it may be everything
    }]
  })
}

resource "aws_sagemaker_notebook_instance" "research" {
  name          = "claims-research"
  instance_type = "ml.t3.medium"
  role_arn      = aws_iam_role.notebook.arn
}
