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

# bad: no security group is named, so it has the default one
resource "aws_vpc_endpoint" "sagemaker_api" {
  vpc_id              = "vpc-0a1b2c3d4e5f60718"
  service_name        = "com.amazonaws.eu-central-1.sagemaker.api"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = ["subnet-0aaaaaaaaaaaaaaa1"]
  private_dns_enabled = true
}
