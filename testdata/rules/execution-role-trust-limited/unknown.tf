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
data "aws_ssm_parameter" "operator" {
  name       = "/platform/roles/operator"
  depends_on = [terraform_data.bootstrap]
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["sagemaker.amazonaws.com"]
    }
  }

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = [data.aws_ssm_parameter.operator.insecure_value] # undecidable: may be a user, or of another account
    }
  }
}

resource "aws_iam_role" "notebook" {
  name               = "analysis-notebook"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}
