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
    input_name  = "parcels"
    app_managed = true # bad: the code is to fetch it, without a network

    s3_input = {
      s3_uri       = "s3://parcels-111122223333/raw"
      s3_data_type = "S3Prefix"
    }
  }]

  network_config = {
    enable_network_isolation = true
  }
}
