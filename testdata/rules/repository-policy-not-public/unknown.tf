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

resource "terraform_data" "bootstrap" {}

# Read only after the bootstrap, so while planning nobody knows the value.
data "aws_ssm_parameter" "puller" {
  name       = "/platform/accounts/puller"
  depends_on = [terraform_data.bootstrap]
}

resource "aws_ecr_repository" "features" {
  name = "features"
}

resource "aws_ecr_repository_policy" "features" {
  repository = aws_ecr_repository.features.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = data.aws_ssm_parameter.puller.insecure_value } # undecidable: read while applying, may be *
      Action    = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    }]
  })
}
