from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BlocksConfig(AppConfig):
    name = "common.blocks"
    label = "lyceum_blocks"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect the runtime to the parts that call it without importing it."""
        from django.conf import settings

        from common.accounts.api import PersonalData, register_personal_data
        from common.blocks import compat, outline_builder, signals, types
        from common.blocks.personal import collect_answers, retire_answers
        from common.content import api as content
        from common.core.plugins import connect_plugin_signals
        from common.core.warmup import register_warm_up
        from common.courses.api import set_outline_builder

        compat.install()
        set_outline_builder(
            outline_builder.build_outline, fingerprint=outline_builder.fingerprint()
        )
        content.register_prepare_hook(outline_builder.prepare_outline)
        register_personal_data(
            PersonalData(
                "blocks",
                _("Your answers"),
                collect=collect_answers,
                retire=retire_answers,
                models=(
                    "lyceum_blocks.learnerblockstate",
                    "lyceum_blocks.userfield",
                    # Of no package that is here: kept by the submissions app for whole teams.
                    "submissions.teamsubmission",
                ),
            )
        )
        signals.connect()
        connect_plugin_signals()
        if settings.SITE_NAME == "lms":
            register_warm_up(types.load_own_types)
