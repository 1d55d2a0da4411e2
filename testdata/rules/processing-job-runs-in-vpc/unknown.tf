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

# Its id is drawn while applying: a condition on it cannot be decided before.
resource "terraform_data" "draw" {}

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

  network_config = {
    # undecidable: may be null
    vpc_config = startswith(terraform_data.draw.id, "0") ? null : {
      subnets            = ["subnet-0aaaaaaaaaaaaaaa1"]
      security_group_ids = ["sg-0a1b2c3d4e5f60718"]
    }
  }
}
