from django.apps import AppConfig


class EnrollmentsConfig(AppConfig):
    name = "common.enrollments"
    label = "lyceum_enrollments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from common.accounts.api import register_rights_hook
        from common.courses.api import register_placement_hook
        from common.enrollments.standing import placement_changes, rights_changed

        register_rights_hook(rights_changed)
        register_placement_hook(placement_changes)
