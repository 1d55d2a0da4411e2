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

resource "aws_s3_bucket" "data" {
  bucket = "parcels-111122223333"
}

data "aws_caller_identity" "current" {}

resource "awscc_sagemaker_processing_job" "features" {
  role_arn = "arn:aws:iam::111122223333:role/features-job"

  app_specification = {
    image_uri = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/features:1.0"
  }

  processing_resources = {
    cluster_config = {
      instance_count    = 1
      instance_type     = "ml.m5.xlarge"
      volume_size_in_gb = 50
    }
  }


  processing_inputs = [{
    input_name = "raw"
    s3_input = {
      s3_uri        = "s3://parcels-111122223333/raw/"
      local_path    = "/opt/ml/processing/input"
      s3_data_type  = "S3Prefix"
      s3_input_mode = "File"
    }
  }]

  processing_output_config = {
    outputs = [{
      output_name = "features"
      s3_output = {
        s3_uri         = "s3://sagemaker-eu-central-1-${data.aws_caller_identity.current.account_id}/features/" # bad: the bucket of the whole account
        local_path     = "/opt/ml/processing/output"
        s3_upload_mode = "EndOfJob"
      }
    }]
  }
}
