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

resource "aws_vpc" "main" {
  cidr_block = "10.40.0.0/16"
}

resource "aws_subnet" "private" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.40.1.0/24"
}

resource "aws_sagemaker_notebook_instance" "this" {
  name          = "analysis"
  role_arn      = "arn:aws:iam::111122223333:role/analysis-notebook"
  instance_type = "ml.t3.medium"
  subnet_id     = aws_subnet.private.id # good: the id is not known yet, but a subnet it is
}
