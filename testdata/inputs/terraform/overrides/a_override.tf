terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 6.0" }
  }
  cloud {}
}

provider "aws" {
  alias  = "west"
  region = "us-west-1"
}

provider "null" {}

variable "name" {
  default = "first"
}

locals {
  replaced = 3
}

resource "aws_security_group" "this" {
  name = "first"
  ingress {
    from_port = 10
  }
  lifecycle {
    ignore_changes = all
  }
  depends_on = [module.queue]
}

resource "aws_security_group" "other" {
  name = "nobody"
}

module "queue" {
  name = "first"
}

moved {
  from = aws_security_group.old
  to   = aws_security_group.this
}
