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

resource "aws_vpc" "survey" {
  cidr_block           = "10.40.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_subnet" "survey" {
  vpc_id     = aws_vpc.survey.id
  cidr_block = "10.40.1.0/24"
}

resource "aws_security_group" "job" {
  name   = "seismic-job"
  vpc_id = aws_vpc.survey.id

  egress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
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
  service_name    = "com.amazonaws.eu-central-1.s3" # bad: a way to S3, and the role may only decrypt
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

resource "aws_iam_role" "job" {
  name = "seismic-job"

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
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.seismic.arn]
  }
}

resource "aws_iam_role_policy" "job" {
  name   = "job"
  role   = aws_iam_role.job.id
  policy = data.aws_iam_policy_document.job.json
}

resource "awscc_sagemaker_processing_job" "seismic" {
  role_arn = aws_iam_role.job.arn

  app_specification = {
    image_uri = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/seismic:1.0"
  }

  processing_inputs = [{
    input_name = "raw"
    s3_input = {
      s3_uri        = "s3://${aws_s3_bucket.seismic.bucket}/raw/"
      s3_data_type  = "S3Prefix"
      s3_input_mode = "File"
      local_path    = "/opt/ml/processing/input"
    }
  }]

  processing_resources = {
    cluster_config = {
      instance_count    = 1
      instance_type     = "ml.m5.xlarge"
      volume_size_in_gb = 50
    }
  }

  network_config = {
    vpc_config = {
      subnets            = [aws_subnet.survey.id]
      security_group_ids = [aws_security_group.job.id]
    }
  }
}
