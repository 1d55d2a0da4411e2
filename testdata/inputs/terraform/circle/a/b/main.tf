module "a" { source = "../" }
