from django.apps import AppConfig


class EnrollmentsConfig(AppConfig):
    name = "common.enrollments"
    label = "lyceum_enrollments"
    default_auto_field = "django.db.models.BigAutoField"
