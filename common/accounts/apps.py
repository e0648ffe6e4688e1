from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "common.accounts"
    label = "lyceum_accounts"
    default_auto_field = "django.db.models.BigAutoField"
