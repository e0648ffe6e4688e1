variable "name" {
  description = "Group of hosts, as the Ansible roles call it."
  type        = string
  validation {
    condition     = contains(["lms", "studio", "insights", "worker", "proxy"], var.name)
    error_message = "There is no such process."
  }
}

variable "hosts" {
  description = "Addresses that Ansible reaches by SSH."
  type        = list(string)
  validation {
    condition     = length(var.hosts) > 0
    error_message = "Every process needs a host; one host may have several."
  }
}
