# The only subnet is public, and both the notebook and the endpoint are in it.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

provider "aws" {
  region = "us-east-1"
}

data "aws_caller_identity" "current" {}

locals {
  account = data.aws_caller_identity.current.account_id
}

resource "aws_vpc" "main" {
  cidr_block           = "10.61.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_subnet" "public" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.61.1.0/24"
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id
}

resource "aws_route_table_association" "public" {
  subnet_id      = aws_subnet.public.id
  route_table_id = aws_route_table.public.id
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

resource "aws_route" "internet" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.main.id
}

resource "aws_security_group" "members" {
  name   = "members"
  vpc_id = aws_vpc.main.id

  ingress {
    description = "HTTPS among members"
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    self        = true
  }

  egress {
    description = "HTTPS; the subnet routes to endpoints only"
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_vpc_endpoint" "api" {
  vpc_id              = aws_vpc.main.id
  service_name        = "com.amazonaws.us-east-1.sagemaker.api"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = [aws_subnet.public.id]
  security_group_ids  = [aws_security_group.members.id]
  private_dns_enabled = true

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "NamedUsers"
      Effect = "Allow"
      Principal = {
        AWS = ["arn:aws:iam::${local.account}:user/nora", "arn:aws:iam::${local.account}:user/piet"]
      }
      Action   = "sagemaker:*"
      Resource = "*"
    }]
  })
}

resource "aws_iam_user" "nora" {
  name = "nora"
}

resource "aws_iam_user_policy" "nora" {
  name = "harbour"
  user = aws_iam_user.nora.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "SageMakerApi"
      Effect = "Allow"
      Action = [
        "sagemaker:List*",
        "sagemaker:Describe*",
        "sagemaker:CreateProcessingJob",
        "sagemaker:StopProcessingJob",
      ]
      Resource = "*"
      Condition = {
        StringEquals = {
          "aws:RequestedRegion" = "us-east-1"
        }
      }
    }]
  })
}

resource "aws_iam_user" "piet" {
  name = "piet"
}

resource "aws_iam_user_policy" "piet" {
  name = "harbour"
  user = aws_iam_user.piet.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "SageMakerApi"
      Effect = "Allow"
      Action = [
        "sagemaker:List*",
        "sagemaker:Describe*",
        "sagemaker:CreateProcessingJob",
        "sagemaker:StopProcessingJob",
      ]
      Resource = "*"
      Condition = {
        StringEquals = {
          "aws:RequestedRegion" = "us-east-1"
        }
      }
    }]
  })
}

resource "aws_kms_key" "data" {
  description         = "Harbour tides"
  enable_key_rotation = true

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "AccountDecides"
      Effect = "Allow"
      Principal = {
        AWS = "arn:aws:iam::${local.account}:root"
      }
      Action   = "kms:*"
      Resource = "*"
    }]
  })
}

resource "aws_iam_role" "tides" {
  name = "harbour-tides"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        Service = "sagemaker.amazonaws.com"
      }
      Action = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "tides" {
  name = "work"
  role = aws_iam_role.tides.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "Logs"
      Effect = "Allow"
      Action = [
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "logs:DescribeLogStreams",
      ]
      Resource = "arn:aws:logs:us-east-1:${local.account}:log-group:/aws/sagemaker/*"
    }]
  })
}

resource "aws_sagemaker_notebook_instance" "tides" {
  name                   = "harbour-tides"
  role_arn               = aws_iam_role.tides.arn
  instance_type          = "ml.t3.medium"
  platform_identifier    = "notebook-al2023-v1"
  kms_key_id             = aws_kms_key.data.arn
  subnet_id              = aws_subnet.public.id
  security_groups        = [aws_security_group.members.id]
  direct_internet_access = "Disabled"
  root_access            = "Disabled"

  instance_metadata_service_configuration {
    minimum_instance_metadata_service_version = "2"
  }
}
