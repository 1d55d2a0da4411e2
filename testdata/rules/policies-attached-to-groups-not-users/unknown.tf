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
data "aws_ssm_parameter" "users" {
  name       = "/platform/users"
  depends_on = [terraform_data.bootstrap]
}

resource "aws_iam_policy_attachment" "look" {
  name       = "look"
  users      = split(",", data.aws_ssm_parameter.users.insecure_value) # undecidable: there may be none
  roles      = ["auditors"]
  policy_arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
}
