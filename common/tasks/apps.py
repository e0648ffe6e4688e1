from django.apps import AppConfig

from common.core.duties import register_duty


class TasksConfig(AppConfig):
    name = "common.tasks"
    label = "lyceum_tasks"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from common.tasks.sweep import SWEEPER

        register_duty(SWEEPER)
