# No template: a group of CloudFormation without SecurityGroupEgress lets everything out.

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

# bad: nothing leaves, wherever the notebook stands
resource "aws_security_group" "notebook" {
  name   = "notebook"
  vpc_id = "vpc-0a1b2c3d4e5f60718"
}

resource "aws_sagemaker_notebook_instance" "claims" {
  name                   = "claims"
  instance_type          = "ml.t3.medium"
  role_arn               = "arn:aws:iam::111122223333:role/notebook"
  direct_internet_access = "Disabled"
  subnet_id              = "subnet-0aaaaaaaaaaaaaaa1"
  security_groups        = [aws_security_group.notebook.id]
}
