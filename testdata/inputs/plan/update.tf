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

variable "database_password" {
  type      = string
  sensitive = true
  default   = "correct-horse-battery-staple"
}

variable "root_access" {
  type    = string
  default = "Disabled"
}

resource "aws_kms_key" "data" {
  description         = "data"
  enable_key_rotation = false
}

resource "aws_s3_bucket" "data" {
  bucket = "claims-data-111122223333"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "data" {
  bucket = aws_s3_bucket.data.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.data.arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "data" {
  bucket                  = aws_s3_bucket.data.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = false
}

resource "aws_subnet" "private" {
  vpc_id     = "vpc-0a1b2c3d4e5f60718"
  cidr_block = "10.0.1.0/24"
}

resource "aws_sagemaker_notebook_instance" "analysis" {
  name                   = "analysis"
  role_arn               = "arn:aws:iam::111122223333:role/analysis"
  instance_type          = "ml.t3.medium"
  subnet_id              = aws_subnet.private.id
  direct_internet_access = "Disabled"
  root_access            = var.root_access
  kms_key_id             = aws_kms_key.data.arn

  tags = {
    # not a place for it, which is why it is here
    password = var.database_password
  }
}

resource "aws_secretsmanager_secret" "database" {
  name = "database"
}

resource "aws_secretsmanager_secret_version" "database" {
  secret_id     = aws_secretsmanager_secret.database.id
  secret_string = jsonencode({ password = var.database_password })
}

resource "aws_db_instance" "claims" {
  identifier     = "claims"
  instance_class = "db.t3.micro"
  username       = "claims"
  password       = "a-literal-that-the-schema-marks"
}

output "password" {
  value     = var.database_password
  sensitive = true
}
