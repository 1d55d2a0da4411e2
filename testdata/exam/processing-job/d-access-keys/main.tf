# The job has the access key of a user in its environment; its role may use neither data nor key.
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
  region = "us-east-1"
}

provider "awscc" {
  region = "us-east-1"
}

data "aws_caller_identity" "current" {}

locals {
  account = data.aws_caller_identity.current.account_id
}

resource "aws_vpc" "main" {
  cidr_block           = "10.61.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_subnet" "private" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.61.1.0/24"
}

resource "aws_route_table" "private" {
  vpc_id = aws_vpc.main.id
}

resource "aws_route_table_association" "private" {
  subnet_id      = aws_subnet.private.id
  route_table_id = aws_route_table.private.id
}

resource "aws_security_group" "members" {
  name   = "members"
  vpc_id = aws_vpc.main.id

  ingress {
    description = "HTTPS among members"
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    self        = true
  }

  egress {
    description = "HTTPS; the subnet routes to endpoints only"
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id          = aws_vpc.main.id
  service_name    = "com.amazonaws.us-east-1.s3"
  route_table_ids = [aws_route_table.private.id]

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OwnData"
        Effect    = "Allow"
        Principal = "*"
        Action = [
          "s3:GetObject",
          "s3:PutObject",
          "s3:ListBucket",
          "s3:GetBucketLocation",
        ]
        Resource = ["arn:aws:s3:::survey-grids-${local.account}", "arn:aws:s3:::survey-grids-${local.account}/*"]
        Condition = {
          StringEquals = {
            "aws:PrincipalAccount" = local.account
          }
        }
      },
      {
        Sid       = "ImageLayers"
        Effect    = "Allow"
        Principal = "*"
        Action    = "s3:GetObject"
        Resource  = "arn:aws:s3:::prod-us-east-1-starport-layer-bucket/*"
      },
    ]
  })
}

resource "aws_vpc_endpoint" "api" {
  vpc_id              = aws_vpc.main.id
  service_name        = "com.amazonaws.us-east-1.sagemaker.api"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = [aws_subnet.private.id]
  security_group_ids  = [aws_security_group.members.id]
  private_dns_enabled = true

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "NamedCallers"
      Effect = "Allow"
      Principal = {
        AWS = ["arn:aws:iam::${local.account}:role/survey-desk", "arn:aws:iam::${local.account}:user/ines"]
      }
      Action   = "sagemaker:*"
      Resource = "*"
    }]
  })
}

resource "aws_vpc_endpoint" "kms" {
  vpc_id              = aws_vpc.main.id
  service_name        = "com.amazonaws.us-east-1.kms"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = [aws_subnet.private.id]
  security_group_ids  = [aws_security_group.members.id]
  private_dns_enabled = true

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OwnAccount"
      Effect    = "Allow"
      Principal = "*"
      Action    = "*"
      Resource  = "*"
      Condition = {
        StringEquals = {
          "aws:PrincipalAccount" = local.account
        }
      }
    }]
  })
}

resource "aws_vpc_endpoint" "ecr_api" {
  vpc_id              = aws_vpc.main.id
  service_name        = "com.amazonaws.us-east-1.ecr.api"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = [aws_subnet.private.id]
  security_group_ids  = [aws_security_group.members.id]
  private_dns_enabled = true

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OwnAccount"
      Effect    = "Allow"
      Principal = "*"
      Action    = "*"
      Resource  = "*"
      Condition = {
        StringEquals = {
          "aws:PrincipalAccount" = local.account
        }
      }
    }]
  })
}

resource "aws_vpc_endpoint" "ecr_dkr" {
  vpc_id              = aws_vpc.main.id
  service_name        = "com.amazonaws.us-east-1.ecr.dkr"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = [aws_subnet.private.id]
  security_group_ids  = [aws_security_group.members.id]
  private_dns_enabled = true

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OwnAccount"
      Effect    = "Allow"
      Principal = "*"
      Action    = "*"
      Resource  = "*"
      Condition = {
        StringEquals = {
          "aws:PrincipalAccount" = local.account
        }
      }
    }]
  })
}

resource "aws_vpc_endpoint" "sts" {
  vpc_id              = aws_vpc.main.id
  service_name        = "com.amazonaws.us-east-1.sts"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = [aws_subnet.private.id]
  security_group_ids  = [aws_security_group.members.id]
  private_dns_enabled = true

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OwnAccount"
      Effect    = "Allow"
      Principal = "*"
      Action    = "*"
      Resource  = "*"
      Condition = {
        StringEquals = {
          "aws:PrincipalAccount" = local.account
        }
      }
    }]
  })
}

resource "aws_vpc_endpoint" "logs" {
  vpc_id              = aws_vpc.main.id
  service_name        = "com.amazonaws.us-east-1.logs"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = [aws_subnet.private.id]
  security_group_ids  = [aws_security_group.members.id]
  private_dns_enabled = true

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OwnAccount"
      Effect    = "Allow"
      Principal = "*"
      Action    = "*"
      Resource  = "*"
      Condition = {
        StringEquals = {
          "aws:PrincipalAccount" = local.account
        }
      }
    }]
  })
}

resource "aws_kms_key" "data" {
  description         = "Survey grids"
  enable_key_rotation = true

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "AccountDecides"
      Effect = "Allow"
      Principal = {
        AWS = "arn:aws:iam::${local.account}:root"
      }
      Action   = "kms:*"
      Resource = "*"
    }]
  })
}

resource "aws_s3_bucket" "data" {
  bucket = "survey-grids-${local.account}"
}

resource "aws_s3_bucket_public_access_block" "data" {
  bucket                  = aws_s3_bucket.data.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "data" {
  bucket = aws_s3_bucket.data.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.data.arn
    }
  }
}

resource "aws_s3_bucket_policy" "data" {
  bucket = aws_s3_bucket.data.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TlsOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = ["arn:aws:s3:::survey-grids-${local.account}", "arn:aws:s3:::survey-grids-${local.account}/*"]
      Condition = {
        Bool = {
          "aws:SecureTransport" = "false"
        }
      }
    }]
  })
}

resource "aws_ecr_repository" "gridding" {
  name                 = "survey/gridding"
  image_tag_mutability = "IMMUTABLE"

  image_scanning_configuration {
    scan_on_push = true
  }
}

resource "aws_iam_group" "specialists" {
  name = "survey-ml-engineers"
}

resource "aws_iam_user" "ines" {
  name = "ines"
}

resource "aws_iam_user_group_membership" "ines" {
  user   = aws_iam_user.ines.name
  groups = [aws_iam_group.specialists.name]
}

resource "aws_iam_group_policy" "notebook" {
  name  = "open-notebook"
  group = aws_iam_group.specialists.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "OpenTheNotebook"
      Effect = "Allow"
      Action = [
        "sagemaker:CreatePresignedNotebookInstanceUrl",
        "sagemaker:DescribeNotebookInstance",
        "sagemaker:StartNotebookInstance",
        "sagemaker:StopNotebookInstance",
      ]
      Resource = "arn:aws:sagemaker:us-east-1:${local.account}:notebook-instance/survey-desk"
      Condition = {
        StringEquals = {
          "aws:SourceVpc" = aws_vpc.main.id
        }
      }
    }]
  })
}

resource "aws_iam_role" "desk" {
  name = "survey-desk"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        Service = "sagemaker.amazonaws.com"
      }
      Action = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "desk" {
  name = "work"
  role = aws_iam_role.desk.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "CreateJobs"
        Effect = "Allow"
        Action = [
          "sagemaker:CreateProcessingJob",
          "sagemaker:DescribeProcessingJob",
          "sagemaker:StopProcessingJob",
          "sagemaker:AddTags",
        ]
        Resource = "arn:aws:sagemaker:us-east-1:${local.account}:processing-job/survey-*"
        Condition = {
          StringEquals = {
            "aws:SourceVpc" = aws_vpc.main.id
          }
        }
      },
      {
        Sid      = "PassTheRole"
        Effect   = "Allow"
        Action   = "iam:PassRole"
        Resource = "arn:aws:iam::${local.account}:role/survey-desk"
        Condition = {
          StringEquals = {
            "iam:PassedToService" = "sagemaker.amazonaws.com"
          }
        }
      },
      {
        Sid      = "PullImage"
        Effect   = "Allow"
        Action   = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"]
        Resource = "arn:aws:ecr:us-east-1:${local.account}:repository/survey/gridding"
      },
      {
        Sid      = "SignInToRegistry"
        Effect   = "Allow"
        Action   = "ecr:GetAuthorizationToken"
        Resource = "*"
      },
      {
        Sid    = "Logs"
        Effect = "Allow"
        Action = [
          "logs:CreateLogGroup",
          "logs:CreateLogStream",
          "logs:PutLogEvents",
          "logs:DescribeLogStreams",
        ]
        Resource = "arn:aws:logs:us-east-1:${local.account}:log-group:/aws/sagemaker/*"
      },
      {
        Sid      = "Metrics"
        Effect   = "Allow"
        Action   = "cloudwatch:PutMetricData"
        Resource = "*"
        Condition = {
          StringLike = {
            "cloudwatch:namespace" = "/aws/sagemaker/*"
          }
        }
      },
      {
        Sid    = "InterfacesOfJobs"
        Effect = "Allow"
        Action = [
          "ec2:CreateNetworkInterface",
          "ec2:CreateNetworkInterfacePermission",
          "ec2:DeleteNetworkInterface",
          "ec2:DeleteNetworkInterfacePermission",
          "ec2:DescribeDhcpOptions",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeSubnets",
          "ec2:DescribeVpcs",
        ]
        Resource = "*"
      },
    ]
  })
}

resource "aws_sagemaker_notebook_instance" "desk" {
  name                   = "survey-desk"
  role_arn               = aws_iam_role.desk.arn
  instance_type          = "ml.t3.medium"
  platform_identifier    = "notebook-al2023-v1"
  kms_key_id             = aws_kms_key.data.arn
  lifecycle_config_name  = aws_sagemaker_notebook_instance_lifecycle_configuration.keys.name
  subnet_id              = aws_subnet.private.id
  security_groups        = [aws_security_group.members.id]
  direct_internet_access = "Disabled"
  root_access            = "Disabled"

  instance_metadata_service_configuration {
    minimum_instance_metadata_service_version = "2"
  }
}

resource "aws_iam_user" "loader" {
  name = "survey-loader"
}

resource "aws_iam_user_policy" "loader" {
  name = "data"
  user = aws_iam_user.loader.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ListData"
        Effect   = "Allow"
        Action   = ["s3:ListBucket", "s3:GetBucketLocation"]
        Resource = "arn:aws:s3:::survey-grids-${local.account}"
      },
      {
        Sid      = "UseData"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = "arn:aws:s3:::survey-grids-${local.account}/*"
      },
      {
        Sid    = "UseKey"
        Effect = "Allow"
        Action = [
          "kms:Decrypt",
          "kms:Encrypt",
          "kms:GenerateDataKey",
          "kms:DescribeKey",
        ]
        Resource = aws_kms_key.data.arn
      },
    ]
  })
}

resource "aws_iam_access_key" "loader" {
  user = aws_iam_user.loader.name
}

resource "aws_sagemaker_notebook_instance_lifecycle_configuration" "keys" {
  name = "survey-keys"

  on_start = base64encode(<<-EOT
    #!/bin/bash
    cat >> /etc/profile.d/jobs.sh <<ENV
    export AWS_ACCESS_KEY_ID=${aws_iam_access_key.loader.id}
    export AWS_SECRET_ACCESS_KEY=${aws_iam_access_key.loader.secret}
    ENV
  EOT
  )
}

resource "awscc_sagemaker_processing_job" "gridding" {
  role_arn = aws_iam_role.desk.arn

  app_specification = {
    image_uri = "${aws_ecr_repository.gridding.repository_url}:1.4.0"
  }

  environment = {
    AWS_ACCESS_KEY_ID     = aws_iam_access_key.loader.id
    AWS_SECRET_ACCESS_KEY = aws_iam_access_key.loader.secret
  }

  processing_resources = {
    cluster_config = {
      instance_count    = 1
      instance_type     = "ml.m5.xlarge"
      volume_size_in_gb = 50
      volume_kms_key_id = aws_kms_key.data.arn
    }
  }

  network_config = {
    enable_network_isolation = true
    vpc_config = {
      subnets            = [aws_subnet.private.id]
      security_group_ids = [aws_security_group.members.id]
    }
  }

  processing_inputs = [{
    input_name = "shots"
    s3_input = {
      s3_uri        = "s3://${aws_s3_bucket.data.bucket}/shots/"
      s3_data_type  = "S3Prefix"
      s3_input_mode = "File"
      local_path    = "/opt/ml/processing/input"
    }
  }]

  processing_output_config = {
    kms_key_id = aws_kms_key.data.arn
    outputs = [{
      output_name = "grids"
      s3_output = {
        s3_uri         = "s3://${aws_s3_bucket.data.bucket}/grids/"
        s3_upload_mode = "EndOfJob"
        local_path     = "/opt/ml/processing/output"
      }
    }]
  }
}
