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

# No template: CloudFormation cannot look up the default VPC.
resource "terraform_data" "bootstrap" {}

# Read only after the bootstrap, so while planning nobody knows the value.
data "aws_ssm_parameter" "told" {
  name       = "/platform/use-default-vpc"
  depends_on = [terraform_data.bootstrap]
}

data "aws_vpc" "chosen" {
  default = data.aws_ssm_parameter.told.insecure_value == "yes" # undecidable: read while applying
}

resource "aws_subnet" "notebook" {
  vpc_id     = data.aws_vpc.chosen.id
  cidr_block = "172.31.240.0/24"
}

resource "aws_sagemaker_notebook_instance" "claims" {
  name                   = "claims"
  instance_type          = "ml.t3.medium"
  role_arn               = "arn:aws:iam::111122223333:role/notebook"
  direct_internet_access = "Disabled"
  subnet_id              = aws_subnet.notebook.id
  security_groups        = ["sg-0a1b2c3d4e5f60718"]
}
