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
data "aws_ssm_parameter" "trust" {
  name       = "/platform/trust/analysis"
  depends_on = [terraform_data.bootstrap]
}

# undecidable: whom it trusts may be SageMaker
resource "aws_iam_role" "analysis" {
  name               = "analysis"
  assume_role_policy = data.aws_ssm_parameter.trust.insecure_value
}

resource "aws_iam_role_policy_attachment" "this" {
  role       = aws_iam_role.analysis.name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}

# Whom this one trusts may be SageMaker too, but it is no administrator.
resource "aws_iam_role" "reader" {
  name               = "reader"
  assume_role_policy = data.aws_ssm_parameter.trust.insecure_value
}

resource "aws_iam_role_policy_attachment" "reader" {
  role       = aws_iam_role.reader.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
}
