"""Make an empty home into a usable site: ``manage.py lms bootstrap``."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from lms.site.bootstrap import bootstrap


class Command(BaseCommand):
    """Migrate after a backup, collect static files, import the demo course, make accounts."""

    help = (
        "Bring the home folder to a usable state: migrations (after a backup of SQLite), static "
        "files, the demo course, first accounts. May be run before every start."
    )
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        bootstrap(self.stdout.write)
