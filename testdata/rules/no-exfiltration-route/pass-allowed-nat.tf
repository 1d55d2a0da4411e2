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

resource "aws_s3_bucket" "claims" {
  bucket = "insurance-claims"

  tags = {
    data-classification = "confidential"
  }
}

resource "aws_iam_role" "work" {
  name = "claims-work"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "work" {
  name = "claims-work"
  role = aws_iam_role.work.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["s3:ListBucket", "s3:GetObject"]
        Resource = ["arn:aws:s3:::insurance-claims", "arn:aws:s3:::insurance-claims/*"]
      },
    ]
  })
}

resource "aws_vpc" "claims" {
  cidr_block           = "10.40.0.0/16"
  enable_dns_support   = true
  enable_dns_hostnames = true
}

resource "aws_subnet" "claims" {
  vpc_id     = aws_vpc.claims.id
  cidr_block = "10.40.1.0/24"
}

resource "aws_route_table" "claims" {
  vpc_id = aws_vpc.claims.id
}

resource "aws_route_table_association" "claims" {
  subnet_id      = aws_subnet.claims.id
  route_table_id = aws_route_table.claims.id
}

resource "aws_security_group" "claims" {
  name   = "claims"
  vpc_id = aws_vpc.claims.id

  egress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id          = aws_vpc.claims.id
  service_name    = "com.amazonaws.eu-central-1.s3"
  route_table_ids = [aws_route_table.claims.id]

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = ["s3:ListBucket", "s3:GetObject"]
      Resource  = ["arn:aws:s3:::insurance-claims", "arn:aws:s3:::insurance-claims/*"]
    }]
  })
}

resource "aws_nat_gateway" "out" {
  connectivity_type = "public"
  subnet_id         = "subnet-0123456789abcdef0"
  allocation_id     = "eipalloc-0123456789abcdef0"
}

resource "aws_route" "out" {
  route_table_id         = aws_route_table.claims.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.out.id
}

resource "aws_sagemaker_notebook_instance" "claims" {
  name                   = "claims"
  instance_type          = "ml.t3.medium"
  role_arn               = aws_iam_role.work.arn
  direct_internet_access = "Disabled"
  subnet_id              = aws_subnet.claims.id
  security_groups        = [aws_security_group.claims.id]
}
