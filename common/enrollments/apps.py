from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EnrollmentsConfig(AppConfig):
    name = "common.enrollments"
    label = "lyceum_enrollments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from common.accounts.api import (
            PersonalData,
            register_personal_data,
            register_rights_hook,
        )
        from common.courses.api import register_placement_hook
        from common.enrollments.personal import collect_enrollments, retire_enrollments
        from common.enrollments.standing import placement_changes, rights_changed
        from common.enrollments.viewas import find_looks
        from common.tracking.api import register_looks

        register_looks(find_looks)
        register_rights_hook(rights_changed)
        register_placement_hook(placement_changes)
        register_personal_data(
            PersonalData(
                "enrollments",
                _("Your courses"),
                collect=collect_enrollments,
                retire=retire_enrollments,
                models=("lyceum_enrollments.enrollment",),
            )
        )
