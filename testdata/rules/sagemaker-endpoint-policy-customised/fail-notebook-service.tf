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

resource "aws_vpc_endpoint" "notebook" {
  vpc_id              = "vpc-0a1b2c3d4e5f60718"
  service_name        = "aws.sagemaker.eu-central-1.notebook"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = ["subnet-0aaaaaaaaaaaaaaa1"]
  private_dns_enabled = true

  # bad: no policy, so AWS's own: everybody, everything
}
