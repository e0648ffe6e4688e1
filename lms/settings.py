"""Settings of the LMS, for learners, course staff and REST clients."""

from django.utils.translation import gettext_lazy as _

from common.core.settings import *

SITE_NAME = "lms"
# What learners open is logged, on this site alone; inside of the tracker.
MIDDLEWARE.insert(
    MIDDLEWARE.index("common.tracking.middleware.TrackingMiddleware") + 1,
    "common.tracking.middleware.PageEventMiddleware",
)
ROOT_URLCONF = "lms.urls"
WSGI_APPLICATION = "lms.wsgi.application"
# Route and label of each entry of the top bar and the menu, and whether one must be signed in.
SITE_NAVIGATION = [("lms:home", _("Your courses"), True), ("lms:catalog", _("Catalogue"), False)]
