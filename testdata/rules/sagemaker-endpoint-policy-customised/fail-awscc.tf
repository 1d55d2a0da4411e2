terraform {
  required_providers {
    awscc = {
      source  = "hashicorp/awscc"
      version = "~> 1.0"
    }
  }
}

provider "awscc" {
  region = "eu-central-1"
}

resource "awscc_ec2_vpc_endpoint" "sagemaker_api" {
  vpc_id            = "vpc-0a1b2c3d4e5f60718"
  service_name      = "com.amazonaws.eu-central-1.sagemaker.api"
  vpc_endpoint_type = "Interface"
  subnet_ids        = ["subnet-0aaaaaaaaaaaaaaa1"]

  # bad: no policy_document, so AWS's own: everybody, everything; the plan calls it unknown
}
