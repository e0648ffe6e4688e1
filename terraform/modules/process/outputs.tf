output "group" {
  description = "The group in Ansible's inventory."
  value       = { hosts = { for host in var.hosts : host => {} } }
}
