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

resource "aws_iam_user" "loader" {
  name = "forecast-loader"
}

resource "aws_iam_access_key" "loader" {
  user = aws_iam_user.loader.name
}

resource "aws_sagemaker_notebook_instance_lifecycle_configuration" "forecast" {
  name = "forecast"

  on_start = base64encode(<<-EOT
    #!/bin/bash
    mkdir -p /home/ec2-user/.aws
    cat > /home/ec2-user/.aws/credentials <<INI
    [default]
    aws_access_key_id = ${aws_iam_access_key.loader.id}
    aws_secret_access_key = ${aws_iam_access_key.loader.secret}
    INI
  EOT
  ) # bad: the key lies in the script, for everybody who may read it
}

resource "aws_iam_role" "notebook" {
  name = "forecast-notebook"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_sagemaker_notebook_instance" "forecast" {
  name                  = "forecast"
  role_arn              = aws_iam_role.notebook.arn
  instance_type         = "ml.t3.medium"
  lifecycle_config_name = aws_sagemaker_notebook_instance_lifecycle_configuration.forecast.name
}
