terraform {
  required_version = ">= 1.5"
}

module "process" {
  source   = "./modules/process"
  for_each = var.hosts

  name  = each.key
  hosts = each.value
}

locals {
  settings = {
    LYCEUM_LMS_URL          = "https://${var.names.lms}"
    LYCEUM_STUDIO_URL       = "https://${var.names.studio}"
    LYCEUM_INSIGHTS_URL     = "https://${var.names.insights}"
    LYCEUM_ALLOWED_HOSTS    = join(",", values(var.names))
    LYCEUM_COOKIE_DOMAIN    = var.cookie_domain
    LYCEUM_INSTANCE         = var.instance
    LYCEUM_SECRET_KEY       = "{{ vault_lyceum_secret_key }}"
    LYCEUM_DATABASE_URL     = "mysql://lyceum:{{ vault_lyceum_database_password }}@${var.services.database}/lyceum"
    LYCEUM_CONTENT_URL      = "mongodb://${var.services.content}/lyceum"
    LYCEUM_BROKER_URL       = "amqp://lyceum:{{ vault_lyceum_broker_password }}@${var.services.broker}/lyceum"
    LYCEUM_SHARED_CACHE_URL = "memcached://${var.services.shared_cache}"
    LYCEUM_FILES_URL        = "s3://{{ vault_lyceum_files_key }}:{{ vault_lyceum_files_secret }}@${var.services.files}/lyceum"
    LYCEUM_EMAIL_URL        = "smtp://${var.services.email}"
  }
  inventory = {
    all = {
      vars = {
        lyceum_repository = var.repository
        lyceum_revision   = var.revision
        lyceum_settings   = local.settings
      }
      children = { for name, process in module.process : name => process.group }
    }
  }
}
