from django.apps import AppConfig


class ContentConfig(AppConfig):
    name = "common.content"
    label = "lyceum_content"
    default_auto_field = "django.db.models.BigAutoField"
