from django.apps import AppConfig

from common.core.duties import register_duty


class GradingConfig(AppConfig):
    name = "common.grading"
    label = "lyceum_grading"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from common.content.api import register_commit_hook
        from common.grading.restamp import SWEEP, restamp_at_commit

        register_commit_hook(restamp_at_commit)
        register_duty(SWEEP)
