module "queue" {
  source = "./queue"
}

module "second" {
  source = "./queue/../queue"
}

module "network" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "~> 5.0"
}

output "greeting" {
  value = file("${path.module}/queue/greeting.txt")
}
