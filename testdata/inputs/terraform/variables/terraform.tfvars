a = "terraform.tfvars"
