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

resource "terraform_data" "bootstrap" {}

# Read only after the bootstrap, so while planning nobody knows the value.
data "aws_ssm_parameter" "flag" {
  name       = "/platform/keys/services-only"
  depends_on = [terraform_data.bootstrap]
}

resource "aws_iam_role" "notebook" {
  name = "loans-analysis"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_kms_key" "data" {
  description         = "data"
  enable_key_rotation = true
}

data "aws_iam_policy_document" "notebook" {
  statement {
    sid       = "UseTheKey"
    actions   = ["kms:CreateGrant"]
    resources = [aws_kms_key.data.arn]

    condition {
      test     = "Bool"
      variable = "kms:GrantIsForAWSResource"
      values   = [data.aws_ssm_parameter.flag.insecure_value] # undecidable: read while applying
    }
  }
}

resource "aws_iam_role_policy" "notebook" {
  name   = "notebook"
  role   = aws_iam_role.notebook.id
  policy = data.aws_iam_policy_document.notebook.json
}
