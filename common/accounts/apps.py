from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "common.accounts"
    label = "lyceum_accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.contrib.auth import get_user_model

        from common.accounts import rights, signins

        rights.connect(get_user_model())
        signins.connect()
