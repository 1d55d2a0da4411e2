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
    # good: what is configured is read when the script runs
    TOKEN=$(aws secretsmanager get-secret-value --secret-id git --query SecretString --output text)
    aws configure set aws_access_key_id "$KEY"
    git clone "https://bot:$TOKEN@git.example.com/claims/models.git"
  EOT
  )
}
