output "name" {
  value = "many"
}
