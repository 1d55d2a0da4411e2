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
  access_key = join("", ["Z7QX", "PLANGATE", "2345"])
}

resource "aws_sagemaker_notebook_instance_lifecycle_configuration" "setup" {
  name = "setup"
  on_create = base64encode(<<-EOT
    #!/bin/bash
    cat > /home/ec2-user/.aws/credentials <<'KEYS'
    [default]
    # bad: the key of a store of another maker that speaks like S3, and no role
    aws_access_key_id = ${local.access_key}
    KEYS
  EOT
  )
}
