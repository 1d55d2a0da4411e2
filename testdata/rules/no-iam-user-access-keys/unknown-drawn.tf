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

# Its id is drawn while applying: a condition on it cannot be decided before.
resource "terraform_data" "draw" {}

resource "aws_iam_access_key" "job" {
  user   = "features-job"
  status = startswith(terraform_data.draw.id, "0") ? "Active" : "Inactive" # undecidable: one or the other
}
