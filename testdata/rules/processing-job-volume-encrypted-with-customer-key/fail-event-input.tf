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
    StartAt = "Features"
    States = {
      Features = {
        Type     = "Task"
        End      = true
        Resource = "arn:aws:states:::sagemaker:createProcessingJob"
        Parameters = {
          "ProcessingJobName.$" = "$$.Execution.Name"
          RoleArn               = "arn:aws:iam::111122223333:role/features-job"
          AppSpecification      = { ImageUri = "763104351884.dkr.ecr.eu-central-1.amazonaws.com/pytorch-training:2.1" }
          ProcessingResources = {
            ClusterConfig = {
              InstanceCount      = 1
              InstanceType       = "ml.m5.xlarge"
              VolumeSizeInGB     = 20
              "VolumeKmsKeyId.$" = "$.job.key"
            }
          }
        }
      }
    }
  })
}

resource "aws_cloudwatch_event_rule" "nightly" {
  name                = "nightly"
  schedule_expression = "rate(1 day)"
}

resource "aws_cloudwatch_event_target" "nightly" {
  rule     = aws_cloudwatch_event_rule.nightly.name
  arn      = aws_sfn_state_machine.features.arn
  role_arn = "arn:aws:iam::111122223333:role/nightly"

  input = jsonencode({
    job = {
      key = "alias/aws/ebs" # bad: what the job has as its key
    }
  })
}
