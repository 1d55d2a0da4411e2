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

resource "aws_iam_role" "pipeline" {
  name = "claims-pipeline"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
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

resource "aws_sagemaker_pipeline" "claims" {
  pipeline_name         = "claims"
  pipeline_display_name = "claims"
  role_arn              = aws_iam_role.pipeline.arn

  pipeline_definition = jsonencode({
    Version = "2020-12-01"
    Parameters = [
      {
        Name         = "Role"
        Type         = "String"
        DefaultValue = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:role/claims-job"
        EnumValues   = ["arn:aws:iam::${data.aws_caller_identity.current.account_id}:role/claims-job"]
      },
    ]
    Steps = [
      {
        Name = "Features"
        Type = "Processing"
        Arguments = {
          RoleArn = {
            Get = "Parameters.Role"
          }
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
                  S3Uri = {
                    "Std:Join" = {
                      On = "/"
                      Values = [
                        "s3://claims-features",
                        {
                          Get = "Execution.PipelineExecutionId"
                        },
                      ]
                    }
                  }
                  LocalPath    = "/opt/ml/processing/output"
                  S3UploadMode = "EndOfJob"
                }
              },
            ]
          }
        }
      },
    ]
  })
}
