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

resource "aws_vpc" "main" {
  cidr_block = "10.40.0.0/16"
}

resource "aws_flow_log" "main" {
  vpc_id               = aws_vpc.main.id
  traffic_type         = "ALL"
  log_destination      = "arn:aws:s3:::logs-111122223333"
  log_destination_type = "s3"
}

resource "aws_subnet" "private" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.40.1.0/24"
}

resource "aws_sagemaker_notebook_instance" "this" {
  name          = "analysis"
  role_arn      = "arn:aws:iam::111122223333:role/analysis-notebook"
  instance_type = "ml.t3.medium"
  subnet_id     = startswith(terraform_data.draw.id, "0") ? aws_subnet.private.id : null # undecidable: may be null
}
