from django.apps import AppConfig


class TrackingConfig(AppConfig):
    name = "common.tracking"
    label = "lyceum_tracking"
    default_auto_field = "django.db.models.BigAutoField"
