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

# Its id is drawn while applying: a condition on it cannot be decided before.
resource "terraform_data" "draw" {}

resource "aws_kms_key" "data" {
  description         = "data"
  enable_key_rotation = true
}

resource "aws_sagemaker_notebook_instance" "this" {
  name          = "analysis"
  role_arn      = "arn:aws:iam::111122223333:role/analysis-notebook"
  instance_type = "ml.t3.medium"
  kms_key_id    = startswith(terraform_data.draw.id, "0") ? aws_kms_key.data.arn : null # undecidable: may be null
}
