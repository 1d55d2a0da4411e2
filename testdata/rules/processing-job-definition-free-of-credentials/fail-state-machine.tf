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

resource "aws_sfn_state_machine" "nightly" {
  name     = "nightly"
  role_arn = "arn:aws:iam::111122223333:role/nightly"

  definition = jsonencode({
    StartAt = "Prepare"
    States = {
      Prepare = {
        Type     = "Task"
        Resource = "arn:aws:states:::sagemaker:createProcessingJob.sync"
        Parameters = {
          "ProcessingJobName.$" = "$$.Execution.Name"
          RoleArn               = "arn:aws:iam::111122223333:role/features-job"
          AppSpecification      = { ImageUri = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/features:1.0" }
          Environment = {
            "RUN.$"               = "$.run"
            AWS_ACCESS_KEY_ID     = "set by hand" # bad: whatever it is, the job acts as somebody else
            AWS_SECRET_ACCESS_KEY = "set by hand"
          }
          ProcessingResources = { ClusterConfig = { InstanceCount = 1, InstanceType = "ml.m5.xlarge", VolumeSizeInGB = 50 } }
        }
        End = true
      }
    }
  })
}
