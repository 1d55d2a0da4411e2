terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

resource "aws_scheduler_schedule" "nightly" {
  name                = "nightly"
  schedule_expression = "rate(1 day)"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = "arn:aws:scheduler:::aws-sdk:sagemaker:createProcessingJob"
    role_arn = "arn:aws:iam::111122223333:role/nightly"

    input = jsonencode({
      ProcessingJobName = "nightly-<aws.scheduler.execution-id>"
      RoleArn           = "arn:aws:iam::111122223333:role/features-job"
      AppSpecification  = { ImageUri = "763104351884.dkr.ecr.eu-central-1.amazonaws.com/pytorch-training:2.1" }
      ProcessingResources = {
        ClusterConfig = {
          InstanceCount  = 1
          InstanceType   = "ml.m5.xlarge"
          VolumeSizeInGB = 20
          VolumeKmsKeyId = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" # good: a key of the customer
        }
      }
    })
  }
}
