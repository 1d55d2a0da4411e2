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

resource "aws_sagemaker_notebook_instance" "this" {
  name          = "analysis"
  role_arn      = "arn:aws:iam::111122223333:role/analysis-notebook"
  instance_type = "ml.t3.medium"
  kms_key_id    = "arn:aws:kms:eu-central-1:111122223333:key/1a2b3c4d-5e6f-4a1b-8c2d-3e4f5a6b7c8d" # good: a customer managed key made elsewhere
}
