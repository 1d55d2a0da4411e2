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

  definition = jsonencode({
    QueryLanguage = "JSONata"
    StartAt       = "Settings"
    States = {
      Settings = {
        Type = "Pass"
        Next = "Features"
        Assign = {
          volumeKey = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" # good: what the job has as its key
        }
      }
      Features = {
        Type     = "Task"
        End      = true
        Resource = "arn:aws:states:::sagemaker:createProcessingJob"
        Arguments = {
          ProcessingJobName = "{% $states.context.Execution.Name %}"
          RoleArn           = "arn:aws:iam::111122223333:role/features-job"
          AppSpecification  = { ImageUri = "763104351884.dkr.ecr.eu-central-1.amazonaws.com/pytorch-training:2.1" }
          ProcessingResources = {
            ClusterConfig = {
              InstanceCount  = 1
              InstanceType   = "ml.m5.xlarge"
              VolumeSizeInGB = 20
              VolumeKmsKeyId = "{% $volumeKey %}"
            }
          }
        }
      }
    }
  })
}
