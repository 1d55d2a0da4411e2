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
  account = data.aws_caller_identity.current.account_id
}

resource "aws_iam_policy" "boundary" {
  name = "boundary"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["sagemaker:*", "s3:*"]
        Resource = "*"
      },
    ]
  })
}

resource "aws_iam_policy" "admin" {
  name = "delegated-admin"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "Users"
        Effect   = "Allow"
        Action   = "iam:CreateUser"
        Resource = "*"
        Condition = {
          StringEquals = { "iam:PermissionsBoundary" = "arn:aws:iam::${local.account}:policy/boundary" }
        }
      },
      {
        Sid      = "Roles"
        Effect   = "Allow"
        Action   = ["iam:CreateRole", "iam:AttachRolePolicy", "iam:PutRolePolicy"]
        Resource = "*"
        Condition = {
          StringEquals = { "iam:PermissionsBoundary" = "arn:aws:iam::${local.account}:policy/boundary" }
        }
      },
    ]
  })
}

resource "aws_iam_role" "notebook" {
  name = "analysis-notebook"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = "sts:AssumeRole"
        Principal = { Service = "sagemaker.amazonaws.com" }
      },
    ]
  })
}

resource "aws_iam_role_policy" "work" {
  name = "work"
  role = aws_iam_role.notebook.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = "arn:aws:s3:::claims-data/*"
      },
    ]
  })
}
