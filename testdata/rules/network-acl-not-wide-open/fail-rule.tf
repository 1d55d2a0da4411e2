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

resource "aws_subnet" "notebook" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.40.1.0/24"
}

resource "aws_network_acl" "notebook" {
  vpc_id = aws_vpc.main.id
}

resource "aws_network_acl_association" "notebook" {
  subnet_id      = aws_subnet.notebook.id
  network_acl_id = aws_network_acl.notebook.id
}

resource "aws_network_acl_rule" "in" {
  network_acl_id = aws_network_acl.notebook.id
  rule_number    = 100
  rule_action    = "allow"
  protocol       = "tcp"
  cidr_block     = "0.0.0.0/0" # bad: at every port
  from_port      = 0
  to_port        = 65535
}

resource "aws_network_acl_rule" "out" {
  network_acl_id = aws_network_acl.notebook.id
  egress         = true
  rule_number    = 100
  rule_action    = "allow"
  protocol       = "tcp"
  cidr_block     = "0.0.0.0/0"
  from_port      = 443
  to_port        = 443
}

resource "aws_sagemaker_notebook_instance" "claims" {
  name                   = "claims"
  instance_type          = "ml.t3.medium"
  role_arn               = "arn:aws:iam::111122223333:role/notebook"
  direct_internet_access = "Disabled"
  subnet_id              = aws_subnet.notebook.id
  security_groups        = ["sg-0a1b2c3d4e5f60718"]
}
