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

resource "aws_default_vpc" "this" {}

resource "aws_default_subnet" "b" {
  availability_zone = "eu-central-1b"
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id          = aws_default_vpc.this.id
  service_name    = "com.amazonaws.eu-central-1.s3"
  route_table_ids = [aws_default_vpc.this.default_route_table_id]
}

resource "aws_vpc_endpoint" "interface" {
  for_each            = toset(["kms", "sagemaker.api"])
  vpc_id              = aws_default_vpc.this.id
  service_name        = "com.amazonaws.eu-central-1.${each.value}"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = [aws_default_subnet.b.id]
  private_dns_enabled = true
}

resource "aws_kms_key" "payments" {
  description         = "Card payments"
  enable_key_rotation = true

  policy = <<-EOT
    {
      "Version": "2012-10-17",
      "Statement": {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::${data.aws_caller_identity.current.account_id}:root"},
        "Action": "kms:*",
        "Resource": "*"
      }
    }
  EOT
}

resource "aws_s3_bucket" "payments" {
  bucket = "card-payments-${data.aws_caller_identity.current.account_id}"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "payments" {
  bucket = aws_s3_bucket.payments.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.payments.arn
    }
  }
}

resource "aws_ecr_repository" "fraud" {
  name = "fraud-features"
}

resource "aws_iam_role" "fraud" {
  name = "fraud-desk"

  assume_role_policy = <<-EOT
    {
      "Version": "2012-10-17",
      "Statement": {
        "Effect": "Allow",
        "Principal": {"Service": "sagemaker.amazonaws.com"},
        "Action": "sts:AssumeRole"
      }
    }
  EOT
}

# bad: nothing on the bucket and nothing on the key: the endpoints give neither
resource "aws_iam_role_policy" "fraud" {
  name = "jobs"
  role = aws_iam_role.fraud.id

  policy = <<-EOT
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Effect": "Allow",
          "Action": ["sagemaker:CreateProcessingJob", "sagemaker:DescribeProcessingJob"],
          "Resource": "*"
        },
        {
          "Effect": "Allow",
          "Action": "iam:PassRole",
          "Resource": "arn:aws:iam::${data.aws_caller_identity.current.account_id}:role/fraud-desk",
          "Condition": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
        },
        {
          "Effect": "Allow",
          "Action": ["ecr:GetAuthorizationToken", "ecr:Batch*", "ecr:GetDownloadUrlForLayer", "logs:*", "cloudwatch:PutMetricData"],
          "Resource": "*"
        }
      ]
    }
  EOT
}

resource "aws_sagemaker_notebook_instance" "fraud" {
  name                   = "fraud-desk"
  role_arn               = aws_iam_role.fraud.arn
  instance_type          = "ml.t3.medium"
  subnet_id              = aws_default_subnet.b.id
  direct_internet_access = "Disabled"
}
