from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "common.core"
    label = "lyceum_core"
    default_auto_field = "django.db.models.BigAutoField"
