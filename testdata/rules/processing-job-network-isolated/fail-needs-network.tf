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
    image_uri           = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/features:1.0"
    container_arguments = ["--lookup", "s3://parcels-111122223333/lookup.csv"] # bad: who is isolated cannot read it
  }

  processing_resources = {
    cluster_config = {
      instance_count    = 1
      instance_type     = "ml.m5.xlarge"
      volume_size_in_gb = 50
    }
  }

  network_config = {
    enable_network_isolation = true
  }
}
