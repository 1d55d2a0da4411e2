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

locals {
  # Made up, and put together here so that no scanner takes this file for a leak.
  secret_key = join("", ["Zq8vPlan", "Gate0Tes", "tOnly+No", "tReal/56", "7890abcd"])
}

resource "aws_sagemaker_notebook_instance_lifecycle_configuration" "setup" {
  name = "setup"
  on_create = base64encode(<<-EOT
    #!/bin/bash
    # bad: leaves a key in the profile of the notebook's user
    sudo -u ec2-user aws configure set aws_secret_access_key ${local.secret_key}
  EOT
  )
}
