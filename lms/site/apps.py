from django.apps import AppConfig


class LmsSiteConfig(AppConfig):
    name = "lms.site"
    label = "lyceum_lms_site"
