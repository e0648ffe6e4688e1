from django.apps import AppConfig


class BlocksConfig(AppConfig):
    name = "common.blocks"
    label = "lyceum_blocks"
    default_auto_field = "django.db.models.BigAutoField"
