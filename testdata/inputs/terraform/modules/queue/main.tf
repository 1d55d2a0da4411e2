module "inner" {
  source = "./inner"
}

resource "terraform_data" "queue" {
  input = path.module
}
