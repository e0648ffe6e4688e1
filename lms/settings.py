"""Settings of the LMS, for learners, course staff and REST clients."""

from common.core.settings import *

SITE_NAME = "lms"
ROOT_URLCONF = "lms.urls"
WSGI_APPLICATION = "lms.wsgi.application"
