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

resource "aws_sagemaker_code_repository" "models" {
  code_repository_name = "models"

  git_config {
    repository_url = "https://ci-bot:${join("-", ["made", "up", "token"])}@git.example.com/claims/models.git" # bad: the token is part of the URL
  }
}
