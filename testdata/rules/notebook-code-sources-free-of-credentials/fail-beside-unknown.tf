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

resource "terraform_data" "bootstrap" {}

# Read only after the bootstrap, so while planning nobody knows the value.
data "aws_ssm_parameter" "index" {
  name       = "/platform/package-index"
  depends_on = [terraform_data.bootstrap]
}

resource "aws_sagemaker_notebook_instance_lifecycle_configuration" "setup" {
  name = "setup"
  on_create = base64encode(<<-EOT
    #!/bin/bash
    # bad: known now, whatever the other script turns out to be
    export AWS_ACCESS_KEY_ID=${local.access_key}
  EOT
  )

  on_start = base64encode("pip config set global.index-url ${data.aws_ssm_parameter.index.insecure_value}")
}
