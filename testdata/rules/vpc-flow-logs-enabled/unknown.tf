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
data "aws_ssm_parameter" "logged" {
  name       = "/platform/network/logged"
  depends_on = [terraform_data.bootstrap]
}

resource "aws_vpc" "main" {
  cidr_block = "10.40.0.0/16"
}

resource "aws_subnet" "notebook" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.40.1.0/24"
}

resource "aws_sagemaker_notebook_instance" "claims" {
  name                   = "claims"
  instance_type          = "ml.t3.medium"
  role_arn               = "arn:aws:iam::111122223333:role/notebook"
  direct_internet_access = "Disabled"
  subnet_id              = aws_subnet.notebook.id
  security_groups        = ["sg-0a1b2c3d4e5f60718"]
}

# undecidable: of which VPC is read while applying
resource "aws_flow_log" "main" {
  vpc_id               = data.aws_ssm_parameter.logged.insecure_value
  traffic_type         = "ALL"
  log_destination      = "arn:aws:s3:::logs-111122223333"
  log_destination_type = "s3"
}
