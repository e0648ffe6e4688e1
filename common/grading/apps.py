from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from common.core.duties import register_duty


class GradingConfig(AppConfig):
    name = "common.grading"
    label = "lyceum_grading"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from common.accounts.api import PersonalData, register_personal_data
        from common.content.api import register_commit_hook
        from common.enrollments.api import register_standing_hook, set_passed_runs
        from common.grading.grades import find_passed_runs
        from common.grading.personal import collect_grades
        from common.grading.repair import SWEEP
        from common.grading.restamp import restamp_after_move, restamp_at_commit

        register_commit_hook(restamp_at_commit)
        register_standing_hook(restamp_after_move)
        set_passed_runs(find_passed_runs)
        register_duty(SWEEP)
        register_personal_data(
            PersonalData(
                "grading",
                _("Your grades"),
                collect=collect_grades,
                models=(
                    "lyceum_grading.score",
                    "lyceum_grading.subsectiongraderow",
                    "lyceum_grading.coursegraderow",
                ),
            )
        )
