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

# No template: CloudFormation cannot adopt the default VPC.
resource "aws_default_vpc" "default" {}

resource "aws_vpc_endpoint" "sagemaker_api" {
  vpc_id              = aws_default_vpc.default.id # bad: the endpoint stands in the default VPC
  service_name        = "com.amazonaws.eu-central-1.sagemaker.api"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = ["subnet-0aaaaaaaaaaaaaaa1"]
  private_dns_enabled = true
}
