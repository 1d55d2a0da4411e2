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
    resources = [aws_kms_key.genome.arn] # good: this lets the notebook read, the key on its volume does not
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
