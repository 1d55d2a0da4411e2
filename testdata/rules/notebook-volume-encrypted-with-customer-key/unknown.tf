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
data "aws_ssm_parameter" "volume_key" {
  name       = "/platform/keys/volume"
  depends_on = [terraform_data.bootstrap]
}

resource "aws_sagemaker_notebook_instance" "this" {
  name          = "analysis"
  role_arn      = "arn:aws:iam::111122223333:role/analysis-notebook"
  instance_type = "ml.t3.medium"
  kms_key_id    = data.aws_ssm_parameter.volume_key.insecure_value # undecidable: may name alias/aws/ebs
}
