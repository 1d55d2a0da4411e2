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

resource "terraform_data" "bootstrap" {}

# Read only after the bootstrap, so while planning nobody knows the value.
data "aws_ssm_parameter" "instance_type" {
  name       = "/platform/jobs/instance-type"
  depends_on = [terraform_data.bootstrap]
}

resource "awscc_sagemaker_processing_job" "features" {
  role_arn = "arn:aws:iam::111122223333:role/features-job"

  app_specification = {
    image_uri = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/features:1.0"
  }

  processing_resources = {
    cluster_config = {
      instance_count    = 1
      instance_type     = data.aws_ssm_parameter.instance_type.insecure_value # undecidable: with local NVMe storage the key below would be refused
      volume_size_in_gb = 50
      volume_kms_key_id = "arn:aws:kms:eu-central-1:111122223333:key/1a2b3c4d-5e6f-4a1b-8c2d-3e4f5a6b7c8d"
    }
  }
}
