output "inventory" {
  description = "Ansible's inventory.yml: hosts of each process, and the settings that they share."
  value       = yamlencode(local.inventory)
}

output "settings" {
  description = "The LYCEUM_* settings; secrets stand as names of vault variables."
  value       = local.settings
}
