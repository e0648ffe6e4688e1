"""Settings of Studio, for course authors."""

from common.core.settings import *

SITE_NAME = "cms"
SERVICE_VARIANT = "cms"
ROOT_URLCONF = "cms.urls"
WSGI_APPLICATION = "cms.wsgi.application"
