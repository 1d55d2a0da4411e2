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
  # bad: without a policy, no other account pulls
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
        # The job runs in the account of the team, as its role.
        Credentials = { RoleArn = "arn:aws:iam::444455556666:role/features-starter" }
        Parameters = {
          RoleArn = "arn:aws:iam::444455556666:role/features-job"
          AppSpecification = {
            ImageUri = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/features:1.0"
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
