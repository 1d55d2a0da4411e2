terraform {
  required_providers {
    awscc = {
      source  = "hashicorp/awscc"
      version = "~> 1.0"
    }
  }
}

provider "awscc" {
  region = "eu-central-1"
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
        # bad: no kms_key_id, so the result is not under a key of yours
      }
    }
  }]
}
