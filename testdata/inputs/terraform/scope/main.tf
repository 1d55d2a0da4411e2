# What expressions are asked in: tests/hcl.rs.
variable "text" {
  type = string
}

variable "open" {}

variable "any" {
  type = any
}

variable "untyped" {}

locals {
  nested = [
    { id = 1, parts = [{ q = 1 }, { q = 2 }] },
    { id = 2, parts = [{ q = 3 }] },
  ]
}

module "single" {
  source = "./many"
}

module "none" {
  source   = "./many"
  for_each = {}
}

resource "terraform_data" "none" {
  for_each = {}
}

resource "terraform_data" "uncounted" {
  count = 0
}
