resource "terraform_data" "fine" {}

resource "terraform_data" "fine" {}

resource "no_name" {}

modul "queue" {
  source = "../modules/queue"
}

module "gone" {
  source = "./gone"
}
