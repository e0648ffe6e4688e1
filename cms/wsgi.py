"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

# Not a default: one environment may start several sites, and each is itself.
os.environ["DJANGO_SETTINGS_MODULE"] = "cms.settings"
application = get_wsgi_application()
