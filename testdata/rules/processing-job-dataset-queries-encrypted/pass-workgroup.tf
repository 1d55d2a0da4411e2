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

resource "aws_athena_workgroup" "claims" {
  name = "claims"

  configuration {
    enforce_workgroup_configuration = true

    result_configuration {
      output_location = "s3://parcels-111122223333/queries/"

      encryption_configuration {
        encryption_option = "SSE_KMS"
        kms_key_arn       = "arn:aws:kms:eu-central-1:111122223333:key/1a2b3c4d-5e6f-4a1b-8c2d-3e4f5a6b7c8d"
      }
    }
  }
}

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
    input_name = "claims"
    dataset_definition = {
      local_path = "/opt/ml/processing/input"
      athena_dataset_definition = {
        catalog        = "AwsDataCatalog"
        database       = "claims"
        query_string   = "SELECT * FROM claims"
        output_format  = "PARQUET"
        output_s3_uri  = "s3://parcels-111122223333/queries/"
        work_group     = "claims" # good: it has its own key enforced
      }
    }
  }]
}
