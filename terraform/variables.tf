variable "repository" {
  description = "Where hosts fetch the code from."
  type        = string
}

variable "revision" {
  description = "Tag, branch or commit that every host runs."
  type        = string
  default     = "main"
}

variable "names" {
  description = "Public host name of each site; all under cookie_domain."
  type = object({
    lms      = string
    studio   = string
    insights = string
  })
}

variable "cookie_domain" {
  description = "Parent domain of the three names: one sign-in for all. Begins with a dot."
  type        = string
  validation {
    condition     = startswith(var.cookie_domain, ".")
    error_message = "The cookie domain begins with a dot."
  }
}

variable "instance" {
  description = "Short id of this installation: part of cookie names and cache keys."
  type        = string
}

variable "hosts" {
  description = "Addresses for each process."
  type = object({
    lms      = list(string)
    studio   = list(string)
    insights = list(string)
    worker   = list(string)
    proxy    = list(string)
  })
}

variable "services" {
  description = "Hosts and ports of the outside parts. Accounts and passwords are Ansible's, from a vault."
  type = object({
    database     = string
    content      = string
    broker       = string
    shared_cache = string
    files        = string
    email        = string
  })
}
