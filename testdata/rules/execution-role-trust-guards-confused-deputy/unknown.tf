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
data "aws_ssm_parameter" "source" {
  name       = "/platform/source"
  depends_on = [terraform_data.bootstrap]
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["sagemaker.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = [data.aws_ssm_parameter.source.insecure_value] # undecidable: of one account, or of any
    }
  }
}

resource "aws_iam_role" "notebook" {
  name               = "analysis-notebook"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}
