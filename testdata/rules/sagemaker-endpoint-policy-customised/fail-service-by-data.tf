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

data "aws_vpc_endpoint_service" "runtime" {
  service = "sagemaker.runtime"
}

resource "aws_vpc_endpoint" "runtime" {
  vpc_id            = "vpc-0a1b2c3d4e5f60718"
  service_name      = data.aws_vpc_endpoint_service.runtime.service_name
  vpc_endpoint_type = "Interface"
  subnet_ids        = ["subnet-0aaaaaaaaaaaaaaa1"]

  # bad: no policy, so AWS's own: everybody, everything
}
