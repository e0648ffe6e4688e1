from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "common.accounts"
    label = "lyceum_accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from allauth.account.decorators import secure_admin_login
        from django.contrib import admin
        from django.contrib.auth import get_user_model

        from common.accounts import apptokens, ownparts, retirement, rights, signins, takeouts
        from common.accounts.personal import PersonalData, register_personal_data
        from common.accounts.providers.start import start_providers
        from common.core.duties import register_duty

        rights.connect(get_user_model())
        # Its own form would let people in by the password alone.
        admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
        signins.connect()
        apptokens.connect(get_user_model())
        retirement.connect(get_user_model())
        start_providers()
        register_duty(takeouts.SWEEP)
        register_duty(apptokens.SWEEP)
        register_personal_data(
            PersonalData(
                "accounts",
                _("Your profile"),
                collect=ownparts.collect_account,
                retire=retirement.retire_account,
                models=retirement.TABLES,
            )
        )
        register_personal_data(
            PersonalData(
                "apps",
                _("Apps in which you are signed in"),
                collect=apptokens.collect_apps,
                retire=apptokens.retire_apps,
                models=apptokens.TABLES,
            )
        )
