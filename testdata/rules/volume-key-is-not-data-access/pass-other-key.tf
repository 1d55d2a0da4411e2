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

resource "aws_kms_key" "genome" {
  description         = "Sequencing runs"
  enable_key_rotation = true
}

resource "aws_s3_bucket" "genome" {
  bucket = "genome-sequencing-runs"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "genome" {
  bucket = aws_s3_bucket.genome.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.genome.arn
    }
  }
}

resource "aws_kms_key" "volume" {
  description         = "Volumes of notebooks"
  enable_key_rotation = true
}

resource "aws_iam_role" "notebook" {
  name = "genome-notebook"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

data "aws_iam_policy_document" "runs" {
  statement {
    actions   = ["s3:ListBucket"]
    resources = ["arn:aws:s3:::${aws_s3_bucket.genome.bucket}"]
  }

  statement {
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::${aws_s3_bucket.genome.bucket}/*"]
  }

  statement {
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.genome.arn]
  }
}

resource "aws_iam_role_policy" "runs" {
  name   = "runs"
  role   = aws_iam_role.notebook.id
  policy = data.aws_iam_policy_document.runs.json
}

resource "aws_sagemaker_notebook_instance" "genome" {
  name          = "genome"
  role_arn      = aws_iam_role.notebook.arn
  instance_type = "ml.t3.medium"
  kms_key_id    = aws_kms_key.genome.arn
}

resource "aws_iam_role" "quality" {
  name = "genome-quality-notebook"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

data "aws_iam_policy_document" "quality" {
  statement {
    actions   = ["s3:ListBucket"]
    resources = ["arn:aws:s3:::${aws_s3_bucket.genome.bucket}"]
  }

  statement {
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::${aws_s3_bucket.genome.bucket}/*"]
  }
}

resource "aws_iam_role_policy" "quality" {
  name   = "quality"
  role   = aws_iam_role.quality.id
  policy = data.aws_iam_policy_document.quality.json
}

resource "aws_sagemaker_notebook_instance" "quality" {
  name          = "genome-quality"
  role_arn      = aws_iam_role.quality.arn
  instance_type = "ml.t3.medium"
  kms_key_id    = aws_kms_key.volume.arn # good: lacks the key of the data, and does not seem to have it
}
