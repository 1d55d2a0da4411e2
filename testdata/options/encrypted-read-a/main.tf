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

resource "aws_vpc" "claims" {
  cidr_block           = "10.24.0.0/20"
  enable_dns_hostnames = true
}

resource "aws_subnet" "claims" {
  vpc_id     = aws_vpc.claims.id
  cidr_block = "10.24.1.0/24"
}

resource "aws_security_group" "web" {
  name   = "claims-notebook-web"
  vpc_id = aws_vpc.claims.id
}

resource "aws_vpc_security_group_ingress_rule" "web" {
  for_each          = toset(["80", "443"])
  security_group_id = aws_security_group.web.id
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value
  cidr_ipv4         = "0.0.0.0/0" # bad: lets the internet in, and opens no data
}

resource "aws_vpc_security_group_egress_rule" "web" {
  for_each          = toset(["80", "443"])
  security_group_id = aws_security_group.web.id
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_kms_key" "claims" {
  description         = "Claims and their letters"
  enable_key_rotation = true
}

resource "aws_s3_bucket" "claims" {
  bucket = "insurer-claims-letters"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "claims" {
  bucket = aws_s3_bucket.claims.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.claims.arn
    }
  }
}

# bad: no policy lets this role read the bucket or use its key
resource "aws_iam_role" "claims" {
  name = "claims-notebook"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_sagemaker_notebook_instance" "claims" {
  name                   = "claims"
  role_arn               = aws_iam_role.claims.arn
  instance_type          = "ml.t3.medium"
  subnet_id              = aws_subnet.claims.id
  security_groups        = [aws_security_group.web.id]
  direct_internet_access = "Disabled"
}
