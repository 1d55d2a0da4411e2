resource "aws_sagemaker_notebook_instance_lifecycle_configuration" "analysis" {
  name = local.notebook_name

  on_start = base64encode(<<-EOT
    #!/bin/bash
    set -euo pipefail
    # the endpoints of the VPC are regional
    cat > /etc/profile.d/claims.sh <<'PROFILE'
    export AWS_DEFAULT_REGION=${local.region}
    export AWS_STS_REGIONAL_ENDPOINTS=regional
    export CLAIMS_RAW=s3://${aws_s3_bucket.raw.bucket}/claims/
    export CLAIMS_RESULTS=s3://${aws_s3_bucket.results.bucket}/features/
    PROFILE
  EOT
  )
}

resource "aws_sagemaker_notebook_instance" "analysis" {
  name                  = local.notebook_name
  role_arn              = aws_iam_role.execution.arn
  instance_type         = "ml.t3.medium"
  platform_identifier   = "notebook-al2023-v1"
  volume_size           = 50
  kms_key_id            = aws_kms_key.data.arn
  root_access           = "Disabled"
  subnet_id             = aws_subnet.private[0].id
  security_groups       = [aws_security_group.workload.id]
  lifecycle_config_name = aws_sagemaker_notebook_instance_lifecycle_configuration.analysis.name

  instance_metadata_service_configuration {
    minimum_instance_metadata_service_version = "2"
  }
}

variable "run" {
  description = "Day of the run: names of processing jobs cannot be used twice"
  type        = string
  default     = "2025-09-01"
}

locals {
  data_key = "arn:aws:kms:${local.region}:${local.account}:alias/${local.project}-data"
}

resource "awscc_sagemaker_processing_job" "features" {
  processing_job_name = "${local.project}-features-${var.run}"
  role_arn            = aws_iam_role.execution.arn

  app_specification = {
    image_uri            = "${local.account}.dkr.ecr.${local.region}.amazonaws.com/${local.project}/processing:1.4.2"
    container_entrypoint = ["python3", "/opt/claims/features.py"]
    container_arguments  = ["--day", var.run]
  }

  environment = {
    LOG_LEVEL = "INFO"
  }

  processing_resources = {
    cluster_config = {
      instance_count    = 1
      instance_type     = "ml.m5.xlarge"
      volume_size_in_gb = 50
      volume_kms_key_id = local.data_key
    }
  }

  network_config = {
    enable_network_isolation                  = true
    enable_inter_container_traffic_encryption = true
    vpc_config = {
      subnets            = aws_subnet.private[*].id
      security_group_ids = [aws_security_group.workload.id]
    }
  }

  processing_inputs = [{
    input_name = "claims"
    s3_input = {
      s3_uri        = "s3://${aws_s3_bucket.raw.bucket}/claims/"
      local_path    = "/opt/ml/processing/input/claims"
      s3_data_type  = "S3Prefix"
      s3_input_mode = "File"
    }
  }]

  processing_output_config = {
    kms_key_id = local.data_key
    outputs = [{
      output_name = "features"
      s3_output = {
        s3_uri         = "s3://${aws_s3_bucket.results.bucket}/features/"
        local_path     = "/opt/ml/processing/output/features"
        s3_upload_mode = "EndOfJob"
      }
    }]
  }

  stopping_condition = {
    max_runtime_in_seconds = 7200
  }

  tags = [{
    key   = "Project"
    value = local.project
  }]

  depends_on = [
    aws_kms_alias.data,
    aws_iam_role_policy.data_access,
    aws_iam_role_policy.jobs,
    aws_vpc_endpoint.s3,
  ]
}
