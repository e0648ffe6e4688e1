"""The threads of a worker process: some that work on jobs, one for each background duty.

They look for due jobs in the database by themselves every few seconds, so work goes on
without a broker; a message only makes them look at once.
"""

from __future__ import annotations

import logging
import threading
import time

from django.conf import settings
from django.db import close_old_connections, connection

from common.core.duties import all_duties
from common.tasks import duties, runner

logger = logging.getLogger(__name__)

_AFTER_ERROR_SECONDS = 3.0
_BEGINNING_SECONDS = 1.0


def poll_seconds() -> float:
    """Return how late a job may begin whose wake-up message was lost."""
    return float(getattr(settings, "TASKS_POLL_SECONDS", 2.0))


class WorkerHost:
    """All threads of one worker process; started and stopped once."""

    def __init__(self) -> None:
        self.concurrency = 1
        self._threads: list[threading.Thread] = []
        self._wakes: list[threading.Event] = []
        self._stopping = runner.stopping

    def start(self) -> None:
        """Start the threads; a second call does nothing."""
        if self._threads:
            return
        self._wakes = [threading.Event() for _ in range(self.concurrency)]
        for number, wake in enumerate(self._wakes):
            self._add(f"jobs-{number}", self._work, wake)
        for duty in all_duties():
            self._add(f"duty-{duty.name}", duties.serve, duty, self._stopping)
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Make idle threads look for jobs now."""
        for wake in self._wakes:
            wake.set()

    def begin_stop(self) -> None:
        """Ask the threads to stop after the step that they are in. Safe in a signal handler."""
        self._stopping.set()
        self.wake()

    def join(self, timeout_seconds: float = 60.0) -> None:
        """Wait for the threads to give back what they hold."""
        self.begin_stop()
        for thread in self._threads:
            if not _is_started(thread):
                # A worker may be asked to stop while it starts its threads, one by one.
                break
            thread.join(timeout=timeout_seconds)
            if thread.is_alive():
                logger.warning("thread %s did not stop; its leases will run out", thread.name)

    def _add(self, name: str, target: object, *arguments: object) -> None:
        self._threads.append(
            threading.Thread(target=target, args=arguments, name=name, daemon=True)  # type: ignore[arg-type]
        )

    def _work(self, wake: threading.Event) -> None:
        try:
            while not self._stopping.is_set():
                wake.clear()
                close_old_connections()
                pause = poll_seconds()
                try:
                    if runner.run_next():
                        continue
                except Exception:
                    # The database may be away for a while; the worker stays.
                    logger.exception("looking for jobs failed")
                    pause = _AFTER_ERROR_SECONDS
                wake.wait(pause)
        finally:
            connection.close()


def _is_started(thread: threading.Thread) -> bool:
    """Tell whether a thread runs or has run; one that is just beginning is waited for."""
    until = time.monotonic() + _BEGINNING_SECONDS
    while thread.ident is None and time.monotonic() < until:
        time.sleep(0.01)
    return thread.ident is not None


host = WorkerHost()
