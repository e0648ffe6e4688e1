"""The LMS's settings with the drill's app, and leases short enough for a drill to wait for."""

from lms.settings import *

INSTALLED_APPS = [*INSTALLED_APPS, "drill"]
TASKS_LEASE_SECONDS = 3.0
TASKS_DUTY_LEASE_SECONDS = 3.0
TASKS_POLL_SECONDS = 0.5
