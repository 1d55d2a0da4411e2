a = "one.auto.tfvars"
