resource "terraform_data" "lost" {
  input = [1, 2
}
