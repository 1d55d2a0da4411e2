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

resource "aws_vpc" "survey" {
  cidr_block = "192.168.40.0/22"
}

resource "aws_subnet" "survey" {
  vpc_id     = aws_vpc.survey.id
  cidr_block = "192.168.40.0/24"
}

resource "aws_iam_role" "survey" {
  name = "seismic-survey"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

# bad: logs, and nothing of S3
resource "aws_iam_role_policy_attachment" "logs" {
  role       = aws_iam_role.survey.name
  policy_arn = "arn:aws:iam::aws:policy/CloudWatchLogsFullAccess"
}

data "aws_iam_policy_document" "key" {
  statement {
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = [data.aws_caller_identity.current.account_id]
    }
  }

  statement {
    # good: the role may decrypt, though no policy of its own says so
    actions   = ["kms:Decrypt", "kms:DescribeKey"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.survey.arn]
    }
  }
}

resource "aws_kms_key" "survey" {
  description         = "Seismic traces"
  enable_key_rotation = true
  policy              = data.aws_iam_policy_document.key.json
}

resource "aws_s3_bucket" "survey" {
  bucket = "seismic-traces-north-field"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "survey" {
  bucket = aws_s3_bucket.survey.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.survey.arn
    }
  }
}

resource "aws_sagemaker_notebook_instance" "survey" {
  name                   = "seismic-survey"
  role_arn               = aws_iam_role.survey.arn
  instance_type          = "ml.t3.xlarge"
  subnet_id              = aws_subnet.survey.id
  direct_internet_access = "Disabled"
}
