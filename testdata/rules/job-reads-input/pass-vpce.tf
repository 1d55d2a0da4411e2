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

data "aws_caller_identity" "current" {}

resource "aws_vpc" "this" {
  cidr_block = "10.40.0.0/16"
}

resource "aws_subnet" "jobs" {
  vpc_id     = aws_vpc.this.id
  cidr_block = "10.40.1.0/24"
}

resource "aws_route_table" "jobs" {
  vpc_id = aws_vpc.this.id
}

resource "aws_route_table_association" "jobs" {
  subnet_id      = aws_subnet.jobs.id
  route_table_id = aws_route_table.jobs.id
}

resource "aws_security_group" "jobs" {
  name   = "jobs"
  vpc_id = aws_vpc.this.id

  egress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.this.id
  service_name      = "com.amazonaws.eu-central-1.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [aws_route_table.jobs.id]
}

resource "aws_s3_bucket" "loans" {
  bucket = "loans-applications-111122223333"
}

data "aws_iam_policy_document" "bucket" {
  statement {
    sid       = "ThroughTheEndpointOnly"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = ["arn:aws:s3:::loans-applications-111122223333", "arn:aws:s3:::loans-applications-111122223333/*"]

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

resource "aws_s3_bucket_policy" "loans" {
  bucket = aws_s3_bucket.loans.id
  policy = data.aws_iam_policy_document.bucket.json
}

resource "aws_iam_role" "job" {
  name = "loans-features-job"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

data "aws_iam_policy_document" "job" {
  statement {
    sid       = "ListTheBucket"
    actions   = ["s3:ListBucket"]
    resources = ["arn:aws:s3:::loans-applications-111122223333"]
  }

  statement {
    sid       = "ReadObjects"
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::loans-applications-111122223333/*"]
  }

  statement {
    sid = "JoinTheVpc"
    actions = [
      "ec2:CreateNetworkInterface",
      "ec2:CreateNetworkInterfacePermission",
      "ec2:DeleteNetworkInterface",
      "ec2:DeleteNetworkInterfacePermission",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeVpcs",
      "ec2:DescribeDhcpOptions",
      "ec2:DescribeSubnets",
      "ec2:DescribeSecurityGroups",
    ]
    resources = ["*"]
  }
}

resource "aws_iam_role_policy" "job" {
  name   = "job"
  role   = aws_iam_role.job.id
  policy = data.aws_iam_policy_document.job.json
}

resource "awscc_sagemaker_processing_job" "features" {
  role_arn = aws_iam_role.job.arn

  app_specification = {
    image_uri = "763104351884.dkr.ecr.eu-central-1.amazonaws.com/pytorch-training:2.1"
  }

  processing_resources = {
    cluster_config = {
      instance_count    = 1
      instance_type     = "ml.m5.xlarge"
      volume_size_in_gb = 50
    }
  }

  processing_inputs = [{
    input_name = "applications"
    s3_input = {
      s3_uri        = "s3://${aws_s3_bucket.loans.bucket}/applications/"
      s3_data_type  = "S3Prefix"
      s3_input_mode = "File"
      local_path    = "/opt/ml/processing/input"
    }
  }]

  network_config = {
    vpc_config = {
      subnets            = [aws_subnet.jobs.id]
      security_group_ids = [aws_security_group.jobs.id]
    }
  }
}
