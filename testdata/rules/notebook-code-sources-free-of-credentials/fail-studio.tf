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
  access_key = join("", ["AK", "IA", "Z7QXPLANGATE2345"])
}

resource "aws_sagemaker_studio_lifecycle_config" "setup" {
  studio_lifecycle_config_name     = "setup"
  studio_lifecycle_config_app_type = "JupyterLab"
  studio_lifecycle_config_content = base64encode(<<-EOT
    #!/bin/bash
    # bad: a long-lived key, in Studio this time
    export AWS_ACCESS_KEY_ID=${local.access_key}
  EOT
  )
}
