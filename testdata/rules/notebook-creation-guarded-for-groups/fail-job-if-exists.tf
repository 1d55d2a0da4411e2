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

locals {
  account = data.aws_caller_identity.current.account_id
}

resource "aws_iam_policy" "launcher" {
  name = "launcher"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "Start"
        Effect   = "Allow"
        Action   = "sagemaker:CreateProcessingJob"
        Resource = "arn:aws:sagemaker:eu-central-1:${local.account}:processing-job/*"
        Condition = {
          StringEqualsIfExists = { # bad: lets jobs without a key through
            "sagemaker:VolumeKmsKey" = "arn:aws:kms:eu-central-1:${local.account}:key/1f0a0b4e-7e8f-4d0c-9b4a-2d8f6c1e5a77"
            "sagemaker:OutputKmsKey" = "arn:aws:kms:eu-central-1:${local.account}:key/1f0a0b4e-7e8f-4d0c-9b4a-2d8f6c1e5a77"
          }
          Null = { "sagemaker:VpcSubnets" = "false" }
          Bool = { "sagemaker:NetworkIsolation" = "true" }
        }
      },
    ]
  })
}
