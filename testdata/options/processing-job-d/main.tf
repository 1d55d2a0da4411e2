terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
    awscc = {
      source  = "hashicorp/awscc"
      version = "~> 1.0"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

provider "awscc" {
  region = "eu-central-1"
}

resource "aws_default_vpc" "this" {}

resource "aws_subnet" "planning" {
  vpc_id     = aws_default_vpc.this.id
  cidr_block = "172.31.96.0/20"
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id          = aws_default_vpc.this.id
  service_name    = "com.amazonaws.eu-central-1.s3"
  route_table_ids = [aws_default_vpc.this.main_route_table_id]
}

resource "aws_vpc_endpoint" "interface" {
  for_each            = { kms = "kms", api = "sagemaker.api" }
  vpc_id              = aws_default_vpc.this.id
  service_name        = "com.amazonaws.eu-central-1.${each.value}"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = [aws_subnet.planning.id]
  private_dns_enabled = true
}

resource "aws_kms_key" "manifests" {
  description         = "Cargo manifests of the port"
  enable_key_rotation = true
}

resource "aws_s3_bucket" "manifests" {
  bucket = "port-cargo-manifests"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "manifests" {
  bucket = aws_s3_bucket.manifests.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.manifests.arn
    }
  }
}

resource "aws_ecr_repository" "berths" {
  name = "port/berths"
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["sagemaker.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "planning" {
  name               = "port-planning"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

# bad: all that the job needs of S3, KMS and ECR is the user's, and none of it is the role's
data "aws_iam_policy_document" "start" {
  statement {
    actions = [
      "sagemaker:CreateProcessingJob",
      "sagemaker:DescribeProcessingJob",
      "logs:CreateLogGroup",
      "logs:CreateLogStream",
      "logs:DescribeLogStreams",
      "logs:PutLogEvents",
      "cloudwatch:PutMetricData",
    ]
    resources = ["*"]
  }

  statement {
    actions   = ["iam:PassRole"]
    resources = [aws_iam_role.planning.arn]

    condition {
      test     = "StringLike"
      variable = "iam:PassedToService"
      values   = ["sagemaker.amazonaws.com"]
    }
  }
}

resource "aws_iam_role_policy" "start" {
  name   = "start-jobs"
  role   = aws_iam_role.planning.name
  policy = data.aws_iam_policy_document.start.json
}

resource "aws_iam_user" "loader" {
  name = "manifest-loader"
}

data "aws_iam_policy_document" "loader" {
  statement {
    actions   = ["s3:ListBucket", "s3:GetObject", "s3:PutObject"]
    resources = [aws_s3_bucket.manifests.arn, "${aws_s3_bucket.manifests.arn}/*"]
  }

  statement {
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.manifests.arn]
  }

  statement {
    actions   = ["ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    resources = ["*"]
  }
}

resource "aws_iam_user_policy" "loader" {
  user   = aws_iam_user.loader.name
  policy = data.aws_iam_policy_document.loader.json
}

resource "aws_iam_access_key" "loader" {
  user = aws_iam_user.loader.name # bad: a key that never expires
}

resource "aws_sagemaker_notebook_instance" "planning" {
  name                   = "port-planning"
  role_arn               = aws_iam_role.planning.arn
  instance_type          = "ml.t3.medium"
  subnet_id              = aws_subnet.planning.id
  direct_internet_access = "Disabled"
}

resource "awscc_sagemaker_processing_job" "berths" {
  role_arn = aws_iam_role.planning.arn

  app_specification = {
    image_uri = "${aws_ecr_repository.berths.repository_url}:latest"
  }

  # bad: whoever may describe the job reads the key, and SageMaker itself works as the role
  environment = {
    AWS_ACCESS_KEY_ID     = aws_iam_access_key.loader.id
    AWS_SECRET_ACCESS_KEY = aws_iam_access_key.loader.secret
  }

  processing_inputs = [{
    input_name = "manifests"
    s3_input = {
      s3_uri       = "s3://${aws_s3_bucket.manifests.bucket}/arrivals/"
      s3_data_type = "S3Prefix"
      local_path   = "/opt/ml/processing/input"
    }
  }]

  processing_output_config = {
    kms_key_id = aws_kms_key.manifests.arn
    outputs = [{
      output_name = "berths"
      s3_output = {
        s3_uri         = "s3://${aws_s3_bucket.manifests.bucket}/berths/"
        s3_upload_mode = "EndOfJob"
        local_path     = "/opt/ml/processing/output"
      }
    }]
  }

  processing_resources = {
    cluster_config = {
      instance_count    = 1
      instance_type     = "ml.c5.xlarge"
      volume_size_in_gb = 30
    }
  }
}
