from django.apps import AppConfig


class LmsSiteConfig(AppConfig):
    name = "lms.site"
    label = "lyceum_lms_site"

    def ready(self) -> None:
        from common.blocks.api import register_token_reader
        from lms.api.learning.tokens import find_token_person

        register_token_reader(find_token_person)
