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

provider "awscc" {
  region = "eu-central-1"
}

resource "awscc_sagemaker_processing_job" "claims" {
  processing_job_name = "claims"
  role_arn            = aws_iam_role.work.arn

  app_specification = {
    image_uri = "492215442770.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-scikit-learn:1.2-1"
  }

  processing_resources = {
    cluster_config = {
      instance_count    = 1
      instance_type     = "ml.m5.large"
      volume_size_in_gb = 30
    }
  }

  processing_inputs = [{
    input_name = "claims"

    s3_input = {
      s3_uri        = "s3://insurance-claims/raw"
      s3_data_type  = "S3Prefix"
      s3_input_mode = "File"
      local_path    = "/opt/ml/processing/input"
    }
  }]

  network_config = {
    enable_network_isolation = true
  }
}
