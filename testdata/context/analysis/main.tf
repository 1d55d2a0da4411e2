# A notebook that runs as a role of another root, under a key of that root, in the network of a third.

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

resource "aws_sagemaker_notebook_instance" "this" {
  name                   = "trial-analysis"
  role_arn               = "arn:aws:iam::111122223333:role/trial-analysis"
  kms_key_id             = "arn:aws:kms:eu-central-1:111122223333:key/5d458134-c691-4784-a7ec-76a0caade100"
  instance_type          = "ml.t3.medium"
  direct_internet_access = "Disabled"
  subnet_id              = "subnet-0f7e422ed0c0eaa0f"
  security_groups        = ["sg-0b2f26fa4acfce7e1"]
}

# The address of the role that the notebook runs as, in its own root.
resource "aws_iam_role" "this" {
  name = "analysis-logs"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}
