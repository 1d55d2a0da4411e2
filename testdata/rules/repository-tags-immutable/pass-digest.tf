terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

provider "aws" {
  region              = "eu-central-1"
  allowed_account_ids = ["111122223333"]
}

resource "aws_ecr_repository" "features" {
  name = "features"
  # good: the one job that runs its image names it by digest
}

resource "aws_sfn_state_machine" "features" {
  name     = "features"
  role_arn = "arn:aws:iam::111122223333:role/features-workflow"

  definition = jsonencode({
    StartAt = "Features"
    States = {
      Features = {
        Type     = "Task"
        End      = true
        Resource = "arn:aws:states:::sagemaker:createProcessingJob.sync"
        Parameters = {
          RoleArn = "arn:aws:iam::111122223333:role/features-job"
          AppSpecification = {
            ImageUri = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/features@sha256:9b2a1c0f5e6d7c8b9a0f1e2d3c4b5a69788796a5b4c3d2e1f0a9b8c7d6e5f4a3"
          }
          ProcessingResources = {
            ClusterConfig = {
              InstanceCount  = 1
              InstanceType   = "ml.m5.xlarge"
              VolumeSizeInGB = 20
            }
          }
        }
      }
    }
  })
}
