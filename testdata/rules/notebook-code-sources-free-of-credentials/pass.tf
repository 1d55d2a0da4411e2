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

resource "aws_sagemaker_notebook_instance_lifecycle_configuration" "setup" {
  name = "setup"
  on_start = base64encode(<<-EOT
    #!/bin/bash
    set -e
    # good: the script asks for the password when it runs, with the role of the notebook
    aws secretsmanager get-secret-value --secret-id arn:aws:secretsmanager:eu-central-1:111122223333:secret:index-password-a1b2c3 \
      --query SecretString --output text > /dev/shm/index-password
  EOT
  )
}

resource "aws_sagemaker_code_repository" "models" {
  code_repository_name = "models"

  git_config {
    repository_url = "https://git.example.com/claims/models.git" # good: no user, no token
    secret_arn     = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:git-a1b2c3"
  }
}
