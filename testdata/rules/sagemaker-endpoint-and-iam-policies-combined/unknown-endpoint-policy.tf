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

resource "aws_iam_user" "analyst" {
  name = "analyst"
}

data "aws_iam_policy_document" "analyst" {
  statement {
    actions   = ["sagemaker:ListNotebookInstances", "sagemaker:DescribeNotebookInstance"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:SourceVpce"
      values   = [aws_vpc_endpoint.sagemaker_api.id]
    }
  }
}

resource "aws_iam_user_policy" "analyst" {
  name   = "analyst"
  user   = aws_iam_user.analyst.name
  policy = data.aws_iam_policy_document.analyst.json
}

resource "terraform_data" "bootstrap" {}

# Read only after the bootstrap, so while planning nobody knows the value.
data "aws_ssm_parameter" "told" {
  name       = "/platform/endpoints/policy"
  depends_on = [terraform_data.bootstrap]
}

# No template: CloudFormation takes no text of a whole policy that is read while applying.
resource "aws_vpc_endpoint" "sagemaker_api" {
  vpc_id              = "vpc-0a1b2c3d4e5f60718"
  service_name        = "com.amazonaws.eu-central-1.sagemaker.api"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = ["subnet-0aaaaaaaaaaaaaaa1"]
  private_dns_enabled = true
  policy              = data.aws_ssm_parameter.told.insecure_value # undecidable: read while applying
}
