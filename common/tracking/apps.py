from django.apps import AppConfig
from django.conf import settings

from common.core.duties import register_duty


class TrackingConfig(AppConfig):
    name = "common.tracking"
    label = "lyceum_tracking"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from common.tracking.outbox import DRAINER

        register_duty(DRAINER)
        if settings.EVENTS_URL:
            from common.tracking.shipping import make_duty

            register_duty(make_duty())
