output "made_by" { value = "terraform" }
