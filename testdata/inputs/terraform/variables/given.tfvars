a = "given.tfvars"
