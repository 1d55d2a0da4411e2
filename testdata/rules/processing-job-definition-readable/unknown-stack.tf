# No template: a template nests no other as text.
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

resource "aws_cloudformation_stack" "claims" {
  name         = "claims"
  capabilities = ["CAPABILITY_IAM"]

  template_body = <<-EOF
    Resources:
      Features:
        Type: AWS::SageMaker::ProcessingJob
        Properties:
          RoleArn: arn:aws:iam::111122223333:role/claims-job
          AppSpecification:
            ImageUri: 763104351884.dkr.ecr.eu-central-1.amazonaws.com/pytorch-training:2.1
          ProcessingResources:
            ClusterConfig:
              InstanceCount: 1
              InstanceType: ml.m5.xlarge
              VolumeSizeInGB: 50
  EOF
}

resource "aws_cloudformation_stack" "mail" {
  name = "mail"

  template_body = jsonencode({
    Resources = {
      Topic = { Type = "AWS::SNS::Topic" }
    }
  })
}
