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

data "aws_caller_identity" "current" {}

resource "aws_iam_role" "workflow" {
  name = "claims-workflow"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "states.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role" "job" {
  name = "claims-job"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_sfn_state_machine" "claims" {
  name     = "claims"
  role_arn = aws_iam_role.workflow.arn

  definition = jsonencode({
    StartAt = "Features"
    States = {
      Features = {
        Type     = "Task"
        Resource = "arn:aws:states:::sagemaker:createProcessingJob.sync"
        Parameters = {
          "ProcessingJobName.$" = "States.Format('claims-features-{}', $$.Execution.Name)"
          "RoleArn.$"           = "$$.Execution.Input.role"
          AppSpecification = {
            ImageUri = "763104351884.dkr.ecr.eu-central-1.amazonaws.com/pytorch-training:2.1"
          }
          ProcessingResources = {
            ClusterConfig = {
              InstanceCount  = 1
              InstanceType   = "ml.m5.xlarge"
              VolumeSizeInGB = 50
            }
          }
          ProcessingOutputConfig = {
            Outputs = [
              {
                OutputName = "features"
                S3Output = {
                  "S3Uri.$"    = "$.output"
                  LocalPath    = "/opt/ml/processing/output"
                  S3UploadMode = "EndOfJob"
                }
              },
            ]
          }
        }
        End = true
      }
    }
  })
}

resource "aws_iam_group" "desk" {
  name = "claims-desk"
}

# bad: with this, the desk chooses the role
resource "aws_iam_group_policy" "desk" {
  name  = "start"
  group = aws_iam_group.desk.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "states:StartExecution"
      Resource = aws_sfn_state_machine.claims.arn
    }]
  })
}
