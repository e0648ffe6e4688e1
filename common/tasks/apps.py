from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "common.tasks"
    label = "lyceum_tasks"
    default_auto_field = "django.db.models.BigAutoField"
