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

resource "aws_sagemaker_notebook_instance" "this" {
  name                   = "analysis"
  role_arn               = "arn:aws:iam::111122223333:role/analysis-notebook"
  instance_type          = "ml.t3.medium"
  subnet_id              = "subnet-0aaaaaaaaaaaaaaa1"
  security_groups        = ["sg-0a1b2c3d4e5f60718"]
  direct_internet_access = startswith(terraform_data.draw.id, "0") ? "Enabled" : "Disabled" # undecidable: either value is possible
}
