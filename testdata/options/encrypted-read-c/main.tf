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

locals {
  bucket = "cohort-genomes"
}

resource "aws_iam_role" "genomes" {
  name = "genome-reader"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_kms_key" "genomes" {
  description         = "Sequenced genomes"
  enable_key_rotation = true
}

resource "aws_kms_alias" "genomes" {
  name          = "alias/genomes"
  target_key_id = aws_kms_key.genomes.key_id
}

data "aws_iam_policy_document" "key" {
  statement {
    sid       = "Administration"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${data.aws_caller_identity.current.account_id}:role/key-administrator"]
    }
  }

  statement {
    # good: names the role, so the role's own policies need not speak of the key
    sid       = "Reading"
    actions   = ["kms:Decrypt"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.genomes.arn]
    }
  }
}

resource "aws_kms_key_policy" "genomes" {
  key_id = aws_kms_key.genomes.id
  policy = data.aws_iam_policy_document.key.json
}

resource "aws_s3_bucket" "genomes" {
  bucket = local.bucket
}

resource "aws_s3_bucket_server_side_encryption_configuration" "genomes" {
  bucket = aws_s3_bucket.genomes.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_alias.genomes.target_key_arn
    }
  }
}

data "aws_iam_policy_document" "read" {
  statement {
    actions   = ["s3:ListBucket"]
    resources = ["arn:aws:s3:::${local.bucket}"]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["aligned/*"]
    }
  }

  statement {
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::${local.bucket}/aligned/*"]
  }
}

resource "aws_iam_role_policy" "read" {
  name   = "read-aligned"
  role   = aws_iam_role.genomes.id
  policy = data.aws_iam_policy_document.read.json
}

resource "aws_sagemaker_notebook_instance" "genomes" {
  name          = "genomes"
  role_arn      = aws_iam_role.genomes.arn
  instance_type = "ml.m5.xlarge"
}
