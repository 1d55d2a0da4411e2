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

data "aws_caller_identity" "current" {}

resource "aws_s3_bucket" "capture" {
  bucket = "claims-capture-111122223333"
}

resource "aws_iam_role" "job" {
  name = "claims-quality-monitor"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

data "aws_iam_policy_document" "job" {
  statement {
    sid       = "WriteReports"
    actions   = ["s3:PutObject"]
    resources = ["arn:aws:s3:::claims-reports-111122223333/*"]
  }
}

resource "aws_iam_role_policy" "job" {
  name   = "job"
  role   = aws_iam_role.job.id
  policy = data.aws_iam_policy_document.job.json
}

resource "aws_sagemaker_data_quality_job_definition" "scoring" {
  name     = "scoring-quality"
  role_arn = aws_iam_role.job.arn

  data_quality_app_specification {
    image_uri = "048819808253.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-model-monitor-analyzer:latest"
  }

  data_quality_baseline_config {
    constraints_resource {
      s3_uri = "s3://${aws_s3_bucket.capture.bucket}/baseline/constraints.json" # bad: the monitor's role may not read here
    }
  }

  data_quality_job_input {
    endpoint_input {
      endpoint_name = "scoring"
    }
  }

  data_quality_job_output_config {
    monitoring_outputs {
      s3_output {
        s3_uri = "s3://claims-reports-111122223333/quality/"
      }
    }
  }

  job_resources {
    cluster_config {
      instance_count    = 1
      instance_type     = "ml.m5.large"
      volume_size_in_gb = 20
    }
  }
}
