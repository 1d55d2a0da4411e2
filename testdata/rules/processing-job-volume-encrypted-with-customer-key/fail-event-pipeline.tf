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

resource "aws_sagemaker_pipeline" "features" {
  pipeline_name         = "features"
  pipeline_display_name = "features"
  role_arn              = "arn:aws:iam::111122223333:role/features-pipeline"

  pipeline_definition = jsonencode({
    Version    = "2020-12-01"
    Parameters = [{ Name = "VolumeKey", Type = "String", DefaultValue = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }]
    Steps = [{
      Name = "Fresh"
      Type = "Condition"
      Arguments = {
        Conditions = [{ Type = "Equals", LeftValue = { Get = "Execution.PipelineName" }, RightValue = "features" }]
        IfSteps    = []
        ElseSteps = [{
          Name = "Quality"
          Type = "QualityCheck"
          Arguments = {
            RoleArn          = "arn:aws:iam::111122223333:role/features-job"
            AppSpecification = { ImageUri = "763104351884.dkr.ecr.eu-central-1.amazonaws.com/pytorch-training:2.1" }
            ProcessingResources = {
              ClusterConfig = {
                InstanceCount  = 1
                InstanceType   = "ml.m5.xlarge"
                VolumeSizeInGB = 20
                VolumeKmsKeyId = { Get = "Parameters.VolumeKey" }
              }
            }
          }
        }]
      }
    }]
  })
}

resource "aws_cloudwatch_event_rule" "nightly" {
  name                = "nightly"
  schedule_expression = "rate(1 day)"
}

resource "aws_cloudwatch_event_target" "nightly" {
  rule     = aws_cloudwatch_event_rule.nightly.name
  arn      = aws_sagemaker_pipeline.features.arn
  role_arn = "arn:aws:iam::111122223333:role/nightly"

  sagemaker_pipeline_target {
    pipeline_parameter_list {
      name  = "VolumeKey"
      value = "alias/aws/ebs" # bad: what the rule says instead
    }
  }
}
