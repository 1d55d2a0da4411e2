# No template: a group of CloudFormation without SecurityGroupEgress lets everything out.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
    awscc = {
      source  = "hashicorp/awscc"
      version = "~> 1.0"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

provider "awscc" {
  region = "eu-central-1"
}

resource "aws_vpc" "main" {
  cidr_block           = "10.40.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_subnet" "job" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.40.1.0/24"
}

resource "aws_route_table" "job" {
  vpc_id = aws_vpc.main.id
}

resource "aws_route_table_association" "job" {
  subnet_id      = aws_subnet.job.id
  route_table_id = aws_route_table.job.id
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.main.id
  service_name      = "com.amazonaws.eu-central-1.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [aws_route_table.job.id]
}

# bad: without `egress` nothing leaves
resource "aws_security_group" "job" {
  name   = "job"
  vpc_id = aws_vpc.main.id
}

resource "awscc_sagemaker_processing_job" "features" {
  role_arn = "arn:aws:iam::111122223333:role/features-job"

  app_specification = {
    image_uri = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/features:1.0"
  }

  processing_resources = {
    cluster_config = {
      instance_count    = 1
      instance_type     = "ml.m5.xlarge"
      volume_size_in_gb = 50
    }
  }

  network_config = {
    vpc_config = {
      subnets            = [aws_subnet.job.id]
      security_group_ids = [aws_security_group.job.id]
    }
  }
}
