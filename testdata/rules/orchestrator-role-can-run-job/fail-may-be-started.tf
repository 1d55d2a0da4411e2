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

resource "aws_iam_role_policy" "run" {
  name = "run"
  role = aws_iam_role.workflow.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["sagemaker:CreateProcessingJob", "sagemaker:DescribeProcessingJob", "sagemaker:StopProcessingJob"]
        Resource = "arn:aws:sagemaker:eu-central-1:${data.aws_caller_identity.current.account_id}:processing-job/claims-*"
      },
      {
        Effect   = "Allow"
        Action   = ["events:PutTargets", "events:PutRule", "events:DescribeRule"]
        Resource = "arn:aws:events:eu-central-1:${data.aws_caller_identity.current.account_id}:rule/StepFunctionsGetEventsForSageMakerProcessingJobsRule"
      },
      {
        Effect   = "Allow"
        Action   = "iam:PassRole"
        Resource = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:role/claims-job"
        Condition = {
          StringEquals = { "iam:PassedToService" = "sagemaker.amazonaws.com" }
        }
      },
    ]
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
          RoleArn               = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:role/claims-job"
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
        }
        End = true
      }
    }
  })
}

resource "aws_iam_group" "claims" {
  name = "claims-team"
}

resource "aws_iam_group_policy" "start" {
  name  = "start"
  group = aws_iam_group.claims.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "states:StartExecution" # told: whoever may do this has the job run as its role
      Resource = "arn:aws:states:eu-central-1:${data.aws_caller_identity.current.account_id}:stateMachine:claims"
    }]
  })
}
