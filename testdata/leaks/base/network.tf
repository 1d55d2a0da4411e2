# A private network: no way out but the endpoints.

resource "aws_vpc" "trials" {
  cidr_block           = "10.20.0.0/16"
  enable_dns_support   = true
  enable_dns_hostnames = true
}

resource "aws_subnet" "notebooks" {
  vpc_id            = aws_vpc.trials.id
  cidr_block        = "10.20.1.0/24"
  availability_zone = "eu-central-1a"
}

resource "aws_route_table" "notebooks" {
  vpc_id = aws_vpc.trials.id
}

resource "aws_route_table_association" "notebooks" {
  subnet_id      = aws_subnet.notebooks.id
  route_table_id = aws_route_table.notebooks.id
}

resource "aws_security_group" "notebooks" {
  name   = "notebooks"
  vpc_id = aws_vpc.trials.id
}

resource "aws_vpc_security_group_egress_rule" "endpoints" {
  security_group_id            = aws_security_group.notebooks.id
  referenced_security_group_id = aws_security_group.endpoints.id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}

resource "aws_vpc_security_group_egress_rule" "s3" {
  security_group_id = aws_security_group.notebooks.id
  prefix_list_id    = aws_vpc_endpoint.s3.prefix_list_id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_security_group" "endpoints" {
  name   = "endpoints"
  vpc_id = aws_vpc.trials.id
}

resource "aws_vpc_security_group_ingress_rule" "notebooks" {
  security_group_id            = aws_security_group.endpoints.id
  referenced_security_group_id = aws_security_group.notebooks.id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.trials.id
  service_name      = "com.amazonaws.eu-central-1.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [aws_route_table.notebooks.id]

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OwnBuckets"
        Effect    = "Allow"
        Principal = "*"
        Action    = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListBucket", "s3:GetBucketLocation"]
        Resource  = [aws_s3_bucket.trials.arn, "${aws_s3_bucket.trials.arn}/*"]
      },
    ]
  })
}

locals {
  interfaces = {
    "sagemaker.api" = ["sagemaker:CreateProcessingJob", "sagemaker:DescribeProcessingJob", "sagemaker:StopProcessingJob", "sagemaker:AddTags"]
    "sts"           = ["sts:GetCallerIdentity", "sts:AssumeRole"]
    "logs"          = ["logs:GetLogEvents", "logs:DescribeLogStreams", "logs:PutLogEvents", "logs:CreateLogStream"]
  }
}

resource "aws_vpc_endpoint" "interface" {
  for_each = local.interfaces

  vpc_id              = aws_vpc.trials.id
  service_name        = "com.amazonaws.eu-central-1.${each.key}"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = [aws_subnet.notebooks.id]
  security_group_ids  = [aws_security_group.endpoints.id]

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = aws_iam_role.notebook.arn }
        Action    = each.value
        Resource  = "*"
      },
    ]
  })
}
