from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "analytics.insights"
    label = "lyceum_insights"
