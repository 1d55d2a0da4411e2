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
data "aws_ssm_parameter" "keys" {
  name       = "/platform/users/key-status"
  depends_on = [terraform_data.bootstrap]
}

resource "aws_iam_user" "job" {
  name = "features-job"
}

resource "aws_iam_access_key" "job" {
  user   = aws_iam_user.job.name
  status = data.aws_ssm_parameter.keys.insecure_value # undecidable: Active or Inactive
}
