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

resource "aws_s3_bucket" "claims" {
  bucket = "insurance-claims"

  tags = {
    data-classification = "confidential"
  }
}

resource "aws_iam_role" "work" {
  name = "claims-work"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "work" {
  name = "claims-work"
  role = aws_iam_role.work.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["s3:ListBucket", "s3:GetObject"]
        Resource = ["arn:aws:s3:::insurance-claims", "arn:aws:s3:::insurance-claims/*"]
      },
    ]
  })
}

resource "aws_sagemaker_notebook_instance" "claims" {
  name                   = "claims"
  instance_type          = "ml.t3.medium"
  role_arn               = aws_iam_role.work.arn
  direct_internet_access = "Disabled"
  subnet_id              = "subnet-0123456789abcdef0" # undecidable: where it leads, its route table tells
  security_groups        = ["sg-0123456789abcdef0"]
}
