"""Settings of Insights, for those who read aggregated results."""

from django.utils.translation import gettext_lazy as _

from common.core.settings import *

SITE_NAME = "insights"
SERVICE_VARIANT = "insights"
ROOT_URLCONF = "analytics.insights.urls"
WSGI_APPLICATION = "analytics.insights.wsgi.application"
# Route and label of each entry of the top bar and the menu, and whether one must be signed in.
SITE_NAVIGATION = [("insights:courses", _("Courses"), True)]
