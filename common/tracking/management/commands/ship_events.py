"""Bring this host's files of events to S3 once: ``manage.py lms ship_events``."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from common.tracking.errors import EventsNotShippedError
from common.tracking.shipping import make_shipper


class _Always:
    """The hold of somebody who is asked by a person or a timer."""

    def keep(self) -> bool:
        return True


class Command(BaseCommand):
    """For hosts that run no worker, by a timer; and before a host is given up."""

    help = "Send this host's events to LYCEUM_EVENTS_URL now. A worker does so every minute."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not settings.EVENTS_URL:
            raise CommandError("LYCEUM_EVENTS_URL is not set: events stay in EVENTS_DIR.")
        try:
            sent = make_shipper().ship(_Always())
        except EventsNotShippedError as error:
            raise CommandError(f"S3 does not take events; they wait here. {error}") from error
        self.stdout.write(f"{sent} files sent.")
