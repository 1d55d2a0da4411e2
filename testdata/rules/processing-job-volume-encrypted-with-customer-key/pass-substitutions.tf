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

resource "awscc_stepfunctions_state_machine" "features" {
  state_machine_name = "features"
  role_arn           = "arn:aws:iam::111122223333:role/features-workflow"

  definition_string = jsonencode({
    StartAt = "Features"
    States = {
      Features = {
        Type     = "Task"
        End      = true
        Resource = "arn:aws:states:::aws-sdk:sagemaker:createProcessingJob"
        Parameters = {
          "ProcessingJobName.$" = "$$.Execution.Name"
          RoleArn               = "$${Role}"
          AppSpecification      = { ImageUri = "763104351884.dkr.ecr.eu-central-1.amazonaws.com/pytorch-training:2.1" }
          ProcessingResources = {
            ClusterConfig = {
              InstanceCount  = 1
              InstanceType   = "ml.m5.xlarge"
              VolumeSizeInGB = 20
              VolumeKmsKeyId = "$${Key}"
            }
          }
        }
      }
    }
  })

  definition_substitutions = {
    Role = "arn:aws:iam::111122223333:role/features-job"
    Key  = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" # good: a key of the customer
  }
}
