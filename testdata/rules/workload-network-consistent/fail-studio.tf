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
  cidr_block           = "10.40.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_subnet" "a" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.40.1.0/24"
  availability_zone = "eu-central-1a"
}

resource "aws_subnet" "b" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.40.2.0/24"
  availability_zone = "eu-central-1b"
}

# bad: its members do not reach each other
resource "aws_security_group" "studio" {
  name   = "studio"
  vpc_id = aws_vpc.main.id

  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_sagemaker_domain" "claims" {
  domain_name             = "claims"
  auth_mode               = "IAM"
  app_network_access_type = "VpcOnly"
  vpc_id                  = aws_vpc.main.id
  subnet_ids              = [aws_subnet.a.id, aws_subnet.b.id]

  default_user_settings {
    execution_role  = "arn:aws:iam::111122223333:role/studio"
    security_groups = [aws_security_group.studio.id]
  }
}
