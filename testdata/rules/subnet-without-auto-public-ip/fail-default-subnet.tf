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

# bad: a default subnet gives public addresses unless told otherwise
resource "aws_default_subnet" "a" {
  availability_zone = "eu-central-1a"
}

resource "aws_sagemaker_notebook_instance" "claims" {
  name                   = "claims"
  instance_type          = "ml.t3.medium"
  role_arn               = "arn:aws:iam::111122223333:role/notebook"
  direct_internet_access = "Disabled"
  subnet_id              = aws_default_subnet.a.id
  security_groups        = ["sg-0a1b2c3d4e5f60718"]
}

# No template: a default subnet cannot be taken over in CloudFormation.
