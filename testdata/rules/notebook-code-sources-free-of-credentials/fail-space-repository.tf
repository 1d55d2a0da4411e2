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

resource "aws_sagemaker_space" "claims" {
  domain_id  = "d-abcdefghijkl"
  space_name = "claims"

  space_settings {
    jupyter_lab_app_settings {
      default_resource_spec {
        instance_type = "ml.t3.medium"
      }

      code_repository {
        repository_url = "https://ci-bot:${join("-", ["made", "up", "token"])}@git.example.com/claims/models.git" # bad: the token is part of the URL
      }
    }
  }
}
