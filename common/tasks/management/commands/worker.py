"""Work on jobs and background duties until stopped: ``manage.py lms worker``."""

from __future__ import annotations

import os
import signal
import warnings
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    """Start one worker process. SIGTERM or Ctrl-C: finish the step, give the rest back, end."""

    help = "Work on queued jobs, write out events, mend what crashed workers left. Ctrl-C stops."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--concurrency",
            type=int,
            default=2,
            help="jobs worked on at the same time; for more cores start more workers",
        )

    def handle(self, *_args: Any, concurrency: int, **_options: Any) -> None:
        if concurrency < 1:
            raise CommandError("--concurrency must be at least 1")
        from celery.exceptions import SecurityWarning

        from common.tasks.celery import app
        from common.tasks.host import host

        # Celery warns root for the sake of messages that run code; ours hold one id, as JSON.
        warnings.filterwarnings("ignore", category=SecurityWarning)
        host.concurrency = concurrency
        # Until Celery has its own handler in place, while threads may hold leases already.
        signal.signal(signal.SIGTERM, _leave)
        try:
            worker = app.Worker(
                hostname=f"jobs-{os.getpid()}@%h",
                pool="solo",
                concurrency=1,
                quiet=True,
                without_gossip=True,
                without_mingle=True,
                without_heartbeat=True,
            )
            worker.start()
        finally:
            host.join()
        if worker.exitcode:
            raise SystemExit(worker.exitcode)


def _leave(_signal: int, _frame: object) -> None:
    raise SystemExit(0)
