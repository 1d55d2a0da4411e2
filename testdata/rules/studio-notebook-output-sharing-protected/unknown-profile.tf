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

resource "aws_sagemaker_user_profile" "ana" {
  domain_id         = "d-abcdefghijkl"
  user_profile_name = "ana"

  user_settings {
    execution_role = "arn:aws:iam::111122223333:role/analysis-studio"

    sharing_settings {
      notebook_output_option = "Allowed" # undecidable: the domain may say where, and it is not in the input
    }
  }
}
