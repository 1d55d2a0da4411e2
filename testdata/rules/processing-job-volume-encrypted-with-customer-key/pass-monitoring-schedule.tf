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

resource "awscc_sagemaker_monitoring_schedule" "drift" {
  monitoring_schedule_name = "drift"

  monitoring_schedule_config = {
    schedule_config = {
      schedule_expression = "cron(0 * ? * * *)"
    }

    monitoring_job_definition = {
      role_arn = "arn:aws:iam::111122223333:role/features-job"

      monitoring_app_specification = {
        image_uri = "048819808253.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-model-monitor-analyzer"
      }

      monitoring_inputs = [{
        endpoint_input = {
          endpoint_name = "claims"
          local_path    = "/opt/ml/processing/input"
        }
      }]

      monitoring_output_config = {
        monitoring_outputs = [{
          s3_output = {
            local_path = "/opt/ml/processing/output"
            s3_uri     = "s3://features-111122223333/drift"
          }
        }]
      }

      monitoring_resources = {
        cluster_config = {
          instance_count    = 1
          instance_type     = "ml.m5.xlarge"
          volume_size_in_gb = 20
          volume_kms_key_id = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" # good: a key of the customer
        }
      }
    }
  }
}
