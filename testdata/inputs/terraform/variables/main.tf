variable "a" {}
variable "b" {}
variable "list" { type = list(string) }
