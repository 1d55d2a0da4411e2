# The notebook has an endpoint and security groups; the IAM group is granted nothing.
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

resource "aws_subnet" "private" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.61.1.0/24"
}

resource "aws_route_table" "private" {
  vpc_id = aws_vpc.main.id
}

resource "aws_route_table_association" "private" {
  subnet_id      = aws_subnet.private.id
  route_table_id = aws_route_table.private.id
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
  subnet_ids          = [aws_subnet.private.id]
  security_group_ids  = [aws_security_group.members.id]
  private_dns_enabled = true

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "NamedCallers"
      Effect = "Allow"
      Principal = {
        AWS = ["arn:aws:iam::${local.account}:role/orchard-plot", "arn:aws:iam::${local.account}:user/tove"]
      }
      Action   = "sagemaker:*"
      Resource = "*"
    }]
  })
}

resource "aws_vpc_endpoint" "notebook" {
  vpc_id              = aws_vpc.main.id
  service_name        = "aws.sagemaker.us-east-1.notebook"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = [aws_subnet.private.id]
  security_group_ids  = [aws_security_group.members.id]
  private_dns_enabled = true

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "NamedCallers"
      Effect = "Allow"
      Principal = {
        AWS = ["arn:aws:iam::${local.account}:user/tove"]
      }
      Action   = "sagemaker:*"
      Resource = "*"
    }]
  })
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id          = aws_vpc.main.id
  service_name    = "com.amazonaws.us-east-1.s3"
  route_table_ids = [aws_route_table.private.id]

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OwnBuckets"
      Effect    = "Allow"
      Principal = "*"
      Action    = "s3:*"
      Resource  = "*"
      Condition = {
        StringEquals = {
          "aws:PrincipalAccount" = local.account
          "aws:ResourceAccount"  = local.account
        }
      }
    }]
  })
}

resource "aws_kms_key" "data" {
  description         = "Orchard plots"
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

resource "aws_iam_role" "plot" {
  name = "orchard-plot"
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

resource "aws_iam_role_policy" "plot" {
  name = "work"
  role = aws_iam_role.plot.id
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

resource "aws_sagemaker_notebook_instance" "plot" {
  name                   = "orchard-plot"
  role_arn               = aws_iam_role.plot.arn
  instance_type          = "ml.t3.medium"
  platform_identifier    = "notebook-al2023-v1"
  kms_key_id             = aws_kms_key.data.arn
  subnet_id              = aws_subnet.private.id
  security_groups        = [aws_security_group.members.id]
  direct_internet_access = "Disabled"
  root_access            = "Disabled"

  instance_metadata_service_configuration {
    minimum_instance_metadata_service_version = "2"
  }
}

resource "aws_iam_group" "specialists" {
  name = "orchard-ml"
}

resource "aws_iam_user" "tove" {
  name = "tove"
}

resource "aws_iam_user_group_membership" "tove" {
  user   = aws_iam_user.tove.name
  groups = [aws_iam_group.specialists.name]
}
