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

resource "aws_ssm_parameter" "bucket" {
  name  = "/forecast/bucket"
  type  = "String"
  value = "forecast-inputs" # good: the key of the user goes nowhere
}

resource "aws_sagemaker_notebook_instance_lifecycle_configuration" "forecast" {
  name = "forecast"

  on_start = base64encode(<<-EOT
    #!/bin/bash
    pip install --quiet pandas
  EOT
  )
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

output "loader" {
  value     = "${aws_iam_access_key.loader.id}:${aws_iam_access_key.loader.secret}" # bad: whoever reads the state's outputs has it
  sensitive = true
}
