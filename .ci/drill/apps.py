from django.apps import AppConfig


class DrillConfig(AppConfig):
    name = "drill"
    label = "lyceum_drill"
    default_auto_field = "django.db.models.BigAutoField"
