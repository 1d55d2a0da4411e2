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

resource "aws_iam_user" "loader" {
  name = "loader"
}

resource "aws_iam_access_key" "loader" {
  user = aws_iam_user.loader.name
}

resource "awscc_sagemaker_processing_job" "features" {
  role_arn = "arn:aws:iam::111122223333:role/features-job"

  app_specification = {
    image_uri = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/features:1.0"
  }

  environment = {
    AWS_ACCESS_KEY_ID     = aws_iam_access_key.loader.id # bad: the job acts as a user
    AWS_SECRET_ACCESS_KEY = aws_iam_access_key.loader.secret
  }

  processing_resources = {
    cluster_config = {
      instance_count    = 1
      instance_type     = "ml.m5.xlarge"
      volume_size_in_gb = 50
    }
  }
}
