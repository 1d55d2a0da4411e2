terraform {
  required_version = ">= 1.5"
  required_providers {
    aws  = { source = "hashicorp/aws", version = "~> 5.0" }
    null = { source = "hashicorp/null" }
  }
  backend "s3" {}
}

provider "aws" {
  region = "eu-west-1"
}

provider "aws" {
  alias  = "west"
  region = "us-west-2"
}

variable "name" {
  type    = string
  default = "base"
}

locals {
  kept     = 1
  replaced = 2
}

resource "aws_security_group" "this" {
  name = "base"
  ingress {
    from_port = 1
  }
  dynamic "ingress" {
    for_each = var.name
    content {
      from_port = 2
    }
  }
  egress {
    from_port = 3
  }
  lifecycle {
    create_before_destroy = true
    ignore_changes        = [name]
  }
}

output "name" {
  value     = var.name
  sensitive = true
}

module "queue" {
  source = "git::https://example.com/queue.git"
  name   = "base"
  size   = 1
}
