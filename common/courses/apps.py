from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from common.core.duties import register_duty


class CoursesConfig(AppConfig):
    name = "common.courses"
    label = "lyceum_courses"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from common.accounts.api import PersonalData, register_personal_data
        from common.content.api import register_commit_hook, register_prepare_hook
        from common.courses.catalog import sync_at_commit
        from common.courses.duties import CATALOG_SWEEP, SWEEP
        from common.courses.personal import collect_placements
        from common.courses.runs import prepare_overview, sync_run_at_commit

        register_prepare_hook(prepare_overview)
        register_commit_hook(sync_run_at_commit)
        register_commit_hook(sync_at_commit)
        register_duty(SWEEP)
        register_personal_data(
            PersonalData(
                "courses",
                _("Your groups"),
                collect=collect_placements,
                models=("lyceum_courses.groupmembership", "lyceum_courses.learnerselection"),
            )
        )
        register_duty(CATALOG_SWEEP)
