from django.apps import AppConfig


class CmsSiteConfig(AppConfig):
    name = "cms.site"
    label = "lyceum_cms_site"
