"""Make an empty home into a usable site: ``manage.py lms bootstrap``."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError

from common.core.env import home_trouble
from lms.site.bootstrap import bootstrap


class Command(BaseCommand):
    """Migrate after a backup, collect static files, import the demo course, make accounts.

    Raises HomeError, which manage.py prints as a sentence, when the home cannot be written.
    """

    help = (
        "Bring the home folder to a usable state: migrations (after a backup of SQLite), static "
        "files, the demo course, first accounts. May be run before every start."
    )
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        try:
            bootstrap(self._say)
        except (OSError, DatabaseError) as error:
            raise home_trouble(settings.LYCEUM_HOME, error) or error from error

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        # The import's progress goes to standard error: keep the order where both go to a file.
        self.stdout.flush()
