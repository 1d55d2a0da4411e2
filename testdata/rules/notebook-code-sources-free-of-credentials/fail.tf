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

resource "aws_sagemaker_notebook_instance_lifecycle_configuration" "setup" {
  name = "setup"
  on_start = base64encode(<<-EOT
    #!/bin/bash
    # bad: a long-lived key that anyone may read who may describe this configuration
    export AWS_ACCESS_KEY_ID=${local.access_key}
  EOT
  )
}
