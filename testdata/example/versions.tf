terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
    awscc = {
      source  = "hashicorp/awscc"
      version = "~> 1.0"
    }
  }
}

provider "aws" {
  region              = local.region
  allowed_account_ids = ["111122223333"]

  default_tags {
    tags = {
      Project   = local.project
      ManagedBy = "terraform"
    }
  }
}

provider "awscc" {
  region = local.region
}

data "aws_caller_identity" "current" {}

locals {
  region  = "eu-central-1"
  project = "claims"
  account = data.aws_caller_identity.current.account_id

  notebook_name = "${local.project}-analysis"
}
