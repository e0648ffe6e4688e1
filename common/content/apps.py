from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from common.core.health import Check, register_check


class ContentConfig(AppConfig):
    name = "common.content"
    label = "lyceum_content"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from common.accounts.api import PersonalData, register_personal_data
        from common.content.personal import collect_changes

        register_check(Check("content", _check_store))
        register_personal_data(
            PersonalData(
                "content",
                _("Your changes of courses"),
                collect=collect_changes,
                models=("lyceum_content.versionlog",),
            )
        )


def _check_store() -> None:
    from common.content.store import get_store

    # The id of no object: one call that finds nothing.
    get_store().has_many(["0" * 64])
