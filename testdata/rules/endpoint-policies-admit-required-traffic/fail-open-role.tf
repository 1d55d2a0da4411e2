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

data "aws_iam_policy_document" "endpoint" {
  statement {
    sid       = "LakeOnly"
    actions   = ["s3:*"]
    resources = ["arn:aws:s3:::weather-lake-111122223333", "arn:aws:s3:::weather-lake-111122223333/*"] # bad: not the bucket that the job reads, whatever the role's policy turns out to say

    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.this.id
  service_name      = "com.amazonaws.eu-central-1.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [aws_route_table.jobs.id]
  policy            = data.aws_iam_policy_document.endpoint.json
}

resource "aws_s3_bucket" "stations" {
  bucket = "weather-stations-111122223333"
}

resource "aws_iam_role" "job" {
  name = "weather-clean-job"

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
    resources = [aws_s3_bucket.stations.arn]
  }

  statement {
    sid       = "ReadObjects"
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.stations.arn}/*"]
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

resource "awscc_sagemaker_processing_job" "clean" {
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
    input_name = "stations"
    s3_input = {
      s3_uri        = "s3://${aws_s3_bucket.stations.bucket}/hourly/"
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
