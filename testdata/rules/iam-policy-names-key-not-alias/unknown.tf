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
data "aws_ssm_parameter" "key" {
  name       = "/platform/keys/data"
  depends_on = [terraform_data.bootstrap]
}

data "aws_iam_policy_document" "data" {
  statement {
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [data.aws_ssm_parameter.key.insecure_value] # undecidable: of a key or of an alias
  }
}

resource "aws_iam_role_policy" "data" {
  name   = "data"
  role   = "analysis-notebook"
  policy = data.aws_iam_policy_document.data.json
}
