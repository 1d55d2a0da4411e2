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

resource "awscc_s3_bucket" "results" {
  bucket_name = "survey-results-111122223333"
}

resource "awscc_iam_role" "survey" {
  role_name = "survey-job"

  assume_role_policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "awscc_iam_role_policy" "survey" {
  role_name   = awscc_iam_role.survey.role_name
  policy_name = "survey"

  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "sagemaker:*"
        Resource = "*"
      },
      {
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject", "s3:ListBucket"]
        Resource = "*"
      },
    ]
  })
}

resource "awscc_sagemaker_processing_job" "survey" {
  processing_job_name = "survey"
  role_arn            = awscc_iam_role.survey.arn

  app_specification = {
    image_uri            = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/survey:2.1"
    container_entrypoint = ["python3", "/opt/survey/clean.py"]
  }

  processing_resources = {
    cluster_config = {
      instance_count    = 1
      instance_type     = "ml.m5.xlarge"
      volume_size_in_gb = 30
    }
  }

  processing_output_config = {
    outputs = [{
      output_name = "clean"
      s3_output = {
        s3_uri         = "s3://${awscc_s3_bucket.results.bucket_name}/clean/"
        local_path     = "/opt/ml/processing/output"
        s3_upload_mode = "EndOfJob"
      }
    }]
  }

  stopping_condition = {
    max_runtime_in_seconds = 3600
  }
}
