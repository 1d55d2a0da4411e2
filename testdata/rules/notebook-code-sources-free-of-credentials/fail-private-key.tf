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
  on_create = base64encode(<<-EOT
    #!/bin/bash
    # bad: a private key is written from the script
    cat > /home/ec2-user/.ssh/id_rsa <<'KEY'
    -----BEGIN ${"RSA"} PRIVATE KEY-----
    bm90IGEga2V5
    -----END ${"RSA"} PRIVATE KEY-----
    KEY
  EOT
  )
}
