"""Settings of Insights, for those who read aggregated results."""

from common.core.settings import *

SITE_NAME = "insights"
SERVICE_VARIANT = "insights"
ROOT_URLCONF = "analytics.insights.urls"
WSGI_APPLICATION = "analytics.insights.wsgi.application"
