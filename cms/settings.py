"""Settings of Studio, for course authors."""

from django.utils.translation import gettext_lazy as _

from common.core.settings import *

SITE_NAME = "cms"
SERVICE_VARIANT = "cms"
ROOT_URLCONF = "cms.urls"
WSGI_APPLICATION = "cms.wsgi.application"
# Route and label of each entry of the top bar and the menu, and whether one must be signed in.
SITE_NAVIGATION = [("cms:courses", _("Courses"), True)]
