module "other" { source = "../other" }
