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

resource "terraform_data" "bootstrap" {}

# Read only after the bootstrap, so while planning nobody knows the value.
data "aws_ssm_parameter" "index" {
  name       = "/platform/package-index"
  depends_on = [terraform_data.bootstrap]
}

resource "aws_sagemaker_notebook_instance_lifecycle_configuration" "setup" {
  name = "setup"
  on_start = base64encode(<<-EOT
    #!/bin/bash
    pip config set global.index-url ${data.aws_ssm_parameter.index.insecure_value} # undecidable: the plan lacks the whole script
  EOT
  )
}
