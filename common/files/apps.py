from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "common.files"
    label = "lyceum_files"
    default_auto_field = "django.db.models.BigAutoField"
