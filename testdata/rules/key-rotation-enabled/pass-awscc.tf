terraform {
  required_providers {
    awscc = {
      source  = "hashicorp/awscc"
      version = "~> 1.0"
    }
  }
}

provider "awscc" {
  region = "eu-central-1"
}

resource "awscc_kms_key" "data" {
  description         = "data"
  enable_key_rotation = true # good
}
