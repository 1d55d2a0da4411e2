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
  # bad: enable_key_rotation is not written, and the default is false; the plan calls it unknown
  description = "data"
}
