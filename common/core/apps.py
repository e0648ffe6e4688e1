from django.apps import AppConfig
from django.urls import register_converter


class CoreConfig(AppConfig):
    name = "common.core"
    label = "lyceum_core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Teach addresses course and usage keys, once for the sites' three URL configurations."""
        from common.core.keys import CourseKeyConverter, UsageKeyConverter

        register_converter(CourseKeyConverter, "course_key")
        register_converter(UsageKeyConverter, "usage_key")
