"""The drill's settings for workers that look for jobs only when a message comes."""

from drill.settings import *  # noqa: F403 # these settings and one that differs

TASKS_POLL_SECONDS = 3600.0
