from django.apps import AppConfig


class GradingConfig(AppConfig):
    name = "common.grading"
    label = "lyceum_grading"
    default_auto_field = "django.db.models.BigAutoField"
