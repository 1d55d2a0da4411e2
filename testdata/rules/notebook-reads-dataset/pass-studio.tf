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

resource "aws_vpc" "research" {
  cidr_block = "10.20.0.0/16"
}

resource "aws_subnet" "research" {
  vpc_id     = aws_vpc.research.id
  cidr_block = "10.20.1.0/24"
}

resource "aws_route_table" "research" {
  vpc_id = aws_vpc.research.id
}

resource "aws_route_table_association" "research" {
  subnet_id      = aws_subnet.research.id
  route_table_id = aws_route_table.research.id
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id          = aws_vpc.research.id
  service_name    = "com.amazonaws.eu-central-1.s3"
  route_table_ids = [aws_route_table.research.id]
}

resource "aws_security_group" "studio" {
  name   = "imaging-studio"
  vpc_id = aws_vpc.research.id

  egress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_kms_key" "imaging" {
  description         = "Radiology studies"
  enable_key_rotation = true
}

resource "aws_s3_bucket" "imaging" {
  bucket = "imaging-studies"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "imaging" {
  bucket = aws_s3_bucket.imaging.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.imaging.arn
    }
  }
}

data "aws_iam_policy_document" "bucket" {
  statement {
    effect    = "Deny"
    actions   = ["s3:GetObject", "s3:ListBucket"]
    resources = ["arn:aws:s3:::${aws_s3_bucket.imaging.bucket}", "arn:aws:s3:::${aws_s3_bucket.imaging.bucket}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "StringNotEquals"
      variable = "aws:SourceVpce"
      values   = [aws_vpc_endpoint.s3.id]
    }
  }
}

resource "aws_s3_bucket_policy" "imaging" {
  bucket = aws_s3_bucket.imaging.id
  policy = data.aws_iam_policy_document.bucket.json
}

resource "aws_iam_role" "notebook" {
  name = "imaging-notebook"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

data "aws_iam_policy_document" "studies" {
  statement {
    actions   = ["s3:ListBucket"]
    resources = ["arn:aws:s3:::${aws_s3_bucket.imaging.bucket}"]
  }

  statement {
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::${aws_s3_bucket.imaging.bucket}/*"]
  }

  statement {
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.imaging.arn]
  }
}

resource "aws_iam_role_policy" "studies" {
  name   = "studies"
  role   = aws_iam_role.notebook.id
  policy = data.aws_iam_policy_document.studies.json
}

resource "aws_sagemaker_domain" "imaging" {
  domain_name             = "imaging"
  auth_mode               = "IAM"
  app_network_access_type = "VpcOnly" # good: leaves by the endpoint
  vpc_id                  = aws_vpc.research.id
  subnet_ids              = [aws_subnet.research.id]

  default_user_settings {
    execution_role  = aws_iam_role.notebook.arn
    security_groups = [aws_security_group.studio.id]
  }
}

resource "aws_sagemaker_user_profile" "reader" {
  domain_id         = aws_sagemaker_domain.imaging.id
  user_profile_name = "ada"
}

resource "aws_sagemaker_user_profile" "same" {
  domain_id         = aws_sagemaker_domain.imaging.id
  user_profile_name = "same"

  user_settings {
    execution_role = aws_iam_role.notebook.arn
  }
}
