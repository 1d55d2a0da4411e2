terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

provider "aws" {
  region = "us-east-1"
}

resource "aws_vpc_endpoint" "sagemaker_api" {
  vpc_id              = "vpc-0a1b2c3d4e5f60718"
  service_name        = "com.amazonaws.us-east-1.sagemaker.api-fips"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = ["subnet-0aaaaaaaaaaaaaaa1"]
  private_dns_enabled = true

  # bad: no policy, so AWS's own: everybody, everything
}

resource "aws_vpc_endpoint" "sagemaker_runtime" {
  vpc_id              = "vpc-0a1b2c3d4e5f60718"
  service_name        = "com.amazonaws.us-east-1.sagemaker.runtime-fips"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = ["subnet-0aaaaaaaaaaaaaaa1"]
  private_dns_enabled = true

  # bad: no policy, so AWS's own: everybody, everything
}
