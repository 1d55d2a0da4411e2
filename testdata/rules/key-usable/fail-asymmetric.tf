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

resource "aws_kms_key" "data" {
  description              = "data"
  customer_master_key_spec = "RSA_4096" # bad: a volume takes a symmetric key
}

resource "aws_sagemaker_notebook_instance" "analysis" {
  name          = "analysis"
  role_arn      = "arn:aws:iam::111122223333:role/analysis"
  instance_type = "ml.t3.medium"
  kms_key_id    = aws_kms_key.data.arn
}
