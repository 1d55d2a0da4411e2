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
data "aws_ssm_parameter" "encrypt" {
  name       = "/platform/jobs/encrypt-traffic"
  depends_on = [terraform_data.bootstrap]
}

resource "awscc_sagemaker_processing_job" "features" {
  role_arn = "arn:aws:iam::111122223333:role/features-job"

  app_specification = {
    image_uri = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/features:1.0"
  }

  processing_resources = {
    cluster_config = {
      instance_count    = 2
      instance_type     = "ml.m5.xlarge"
      volume_size_in_gb = 50
    }
  }

  network_config = {
    enable_inter_container_traffic_encryption = data.aws_ssm_parameter.encrypt.insecure_value == "on" # undecidable: read while applying
    vpc_config = {
      subnets            = ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0aaaaaaaaaaaaaaa2"]
      security_group_ids = ["sg-0a1b2c3d4e5f60718"]
    }
  }
}
