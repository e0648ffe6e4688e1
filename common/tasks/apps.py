from django.apps import AppConfig

from common.core.duties import register_duty
from common.core.health import Check, register_check


class TasksConfig(AppConfig):
    name = "common.tasks"
    label = "lyceum_tasks"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from common.tasks.sweep import SWEEPER
        from common.tasks.wake import check_broker

        register_duty(SWEEPER)
        # Jobs are queued and done without a broker too, only seconds later.
        register_check(Check("broker", check_broker, required=False))
