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

resource "aws_vpc" "features" {
  cidr_block = "10.40.0.0/16"
}

resource "aws_subnet" "features" {
  vpc_id     = aws_vpc.features.id
  cidr_block = "10.40.1.0/24"
}

resource "aws_route_table" "features" {
  vpc_id = aws_vpc.features.id
}

resource "aws_route_table_association" "features" {
  subnet_id      = aws_subnet.features.id
  route_table_id = aws_route_table.features.id
}

resource "aws_security_group" "features" {
  name   = "features"
  vpc_id = aws_vpc.features.id

  egress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id          = aws_vpc.features.id
  service_name    = "com.amazonaws.eu-central-1.s3"
  route_table_ids = [aws_route_table.features.id]
}

resource "aws_sagemaker_data_quality_job_definition" "features" {
  name     = "features"
  role_arn = "arn:aws:iam::111122223333:role/features-job"

  data_quality_app_specification {
    image_uri = "048819808253.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-model-monitor-analyzer"
  }

  data_quality_job_input {
    endpoint_input {
      endpoint_name = "features"
    }
  }

  data_quality_job_output_config {
    monitoring_outputs {
      s3_output {
        s3_uri = "s3://parcels-111122223333/drift"
      }
    }
  }

  job_resources {
    cluster_config {
      instance_count    = 1
      instance_type     = "ml.m5.xlarge"
      volume_size_in_gb = 20
    }
  }

  network_config {
    # bad: its subnet leads to an endpoint only, but that to any bucket
    vpc_config {
      subnets            = [aws_subnet.features.id]
      security_group_ids = [aws_security_group.features.id]
    }
  }
}
