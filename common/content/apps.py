from django.apps import AppConfig

from common.core.health import Check, register_check


class ContentConfig(AppConfig):
    name = "common.content"
    label = "lyceum_content"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        register_check(Check("content", _check_store))


def _check_store() -> None:
    from common.content.store import get_store

    # The id of no object: one call that finds nothing.
    get_store().has_many(["0" * 64])
