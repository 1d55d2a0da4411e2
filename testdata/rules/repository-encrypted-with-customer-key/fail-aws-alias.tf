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

data "aws_kms_alias" "ecr" {
  name = "alias/aws/ecr"
}

resource "aws_ecr_repository" "features" {
  name = "features"

  encryption_configuration {
    encryption_type = "KMS_DSSE"
    kms_key         = data.aws_kms_alias.ecr.target_key_arn # bad: a key that AWS manages
  }
}

# No template: CloudFormation has no data sources, and ECR takes the ARN of a key only.
