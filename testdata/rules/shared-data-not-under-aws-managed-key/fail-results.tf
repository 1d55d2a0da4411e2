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

resource "aws_s3_bucket" "data" {
  bucket = "claims-data-111122223333"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "data" {
  bucket = aws_s3_bucket.data.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_policy" "data" {
  bucket = aws_s3_bucket.data.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "PartnerReads"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::444455556666:root" }
      Action    = ["s3:GetObject"]
      Resource  = "arn:aws:s3:::claims-data-111122223333/*"
    }]
  })
}

resource "aws_sfn_state_machine" "features" {
  name     = "features"
  role_arn = "arn:aws:iam::111122223333:role/workflow"

  definition = jsonencode({
    StartAt = "Features"
    States = {
      Features = {
        Type     = "Task"
        Resource = "arn:aws:states:::sagemaker:createProcessingJob.sync"
        Parameters = {
          ProcessingJobName = "features"
          RoleArn           = "arn:aws:iam::111122223333:role/features-job"
          AppSpecification  = { ImageUri = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/features:1.0" }
          ProcessingResources = {
            ClusterConfig = { InstanceCount = 1, InstanceType = "ml.m5.xlarge", VolumeSizeInGB = 50 }
          }
          ProcessingOutputConfig = { # bad: without a key, results lie under aws/s3
            Outputs = [{
              OutputName = "features"
              S3Output = {
                S3Uri        = "s3://claims-data-111122223333/out/"
                LocalPath    = "/opt/ml/processing/output"
                S3UploadMode = "EndOfJob"
              }
            }]
          }
        }
        End = true
      }
    }
  })
}
