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

resource "aws_sfn_state_machine" "features" {
  name     = "features"
  role_arn = "arn:aws:iam::111122223333:role/features-workflow"

  # bad: no VolumeKmsKeyId, and all the instance types that it prefers have EBS volumes
  definition = <<-EOF
    {
      "StartAt": "Each",
      "States": {
        "Each": {
          "Type": "Map",
          "End": true,
          "Iterator": {
            "StartAt": "Features",
            "States": {
              "Features": {
                "Type": "Task",
                "End": true,
                "Resource": "arn:aws:states:::sagemaker:createProcessingJob.sync",
                "Parameters": {
                  "ProcessingJobName.$": "$.name",
                  "RoleArn": "arn:aws:iam::111122223333:role/features-job",
                  "AppSpecification": { "ImageUri": "763104351884.dkr.ecr.eu-central-1.amazonaws.com/pytorch-training:2.1" },
                  "ProcessingResources": {
                    "ClusterConfig": { "InstanceCount": 1, "VolumeSizeInGB": 20, "InstancePreferences": [{ "InstanceType": "ml.m5.xlarge" }, { "InstanceType": "ml.c5.xlarge" }] }
                  }
                }
              }
            }
          }
        }
      }
    }
  EOF
}
