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

resource "aws_vpc" "survey" {
  cidr_block           = "10.40.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_subnet" "survey" {
  vpc_id     = aws_vpc.survey.id
  cidr_block = "10.40.1.0/24"
}

resource "aws_route_table" "survey" {
  vpc_id = aws_vpc.survey.id
}

resource "aws_route_table_association" "survey" {
  subnet_id      = aws_subnet.survey.id
  route_table_id = aws_route_table.survey.id
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id          = aws_vpc.survey.id
  service_name    = "com.amazonaws.eu-central-1.s3"
  route_table_ids = [aws_route_table.survey.id]
}

resource "aws_kms_key" "seismic" {
  description         = "Seismic surveys"
  enable_key_rotation = true
}

resource "aws_s3_bucket" "seismic" {
  bucket = "seismic-surveys"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "seismic" {
  bucket = aws_s3_bucket.seismic.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.seismic.arn
    }
  }
}

resource "aws_iam_role" "notebook" {
  name = "seismic-notebook"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

data "aws_iam_policy_document" "surveys" {
  statement {
    actions   = ["s3:ListBucket"]
    resources = ["arn:aws:s3:::${aws_s3_bucket.seismic.bucket}"]
  }

  statement {
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::${aws_s3_bucket.seismic.bucket}/*"]
  }

  statement {
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.seismic.arn] # good: the endpoint is the way, and this the permission
  }
}

resource "aws_iam_role_policy" "surveys" {
  name   = "surveys"
  role   = aws_iam_role.notebook.id
  policy = data.aws_iam_policy_document.surveys.json
}

resource "aws_sagemaker_notebook_instance" "seismic" {
  name                   = "seismic"
  role_arn               = aws_iam_role.notebook.arn
  instance_type          = "ml.t3.medium"
  subnet_id              = aws_subnet.survey.id
  direct_internet_access = "Disabled"
}
