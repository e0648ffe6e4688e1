from django.apps import AppConfig


class CoursesConfig(AppConfig):
    name = "common.courses"
    label = "lyceum_courses"
    default_auto_field = "django.db.models.BigAutoField"
