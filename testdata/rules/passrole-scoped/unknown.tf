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
data "aws_ssm_parameter" "role" {
  name       = "/platform/roles/job"
  depends_on = [terraform_data.bootstrap]
}

data "aws_iam_policy_document" "pass" {
  statement {
    actions   = ["iam:PassRole"]
    resources = [data.aws_ssm_parameter.role.insecure_value] # undecidable: may be "*"

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["sagemaker.amazonaws.com"]
    }
  }
}

resource "aws_iam_role_policy" "pass" {
  name   = "pass"
  role   = "analysis-notebook"
  policy = data.aws_iam_policy_document.pass.json
}
