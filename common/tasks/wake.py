"""Tell a worker that there is work. A message that does not arrive only costs seconds."""

from __future__ import annotations

import logging
import threading
import time
from uuid import UUID

from django.db import transaction

logger = logging.getLogger(__name__)

RUN_TASK = "lyceum.run_jobs"
# After a failed send, requests of this process do not wait for the broker again at once.
_PAUSE_SECONDS = 5.0
# A worker that comes back finds due jobs by itself; old messages would only wake it for nothing.
_MESSAGE_LIFE_SECONDS = 60

_lock = threading.Lock()
_paused_until = 0.0


def wake_on_commit(job_id: UUID) -> None:
    """Wake a worker when the caller's transaction commits; at once outside of one."""
    transaction.on_commit(lambda: send_wake(job_id), robust=True)


def send_wake(job_id: UUID | None = None) -> bool:
    """Send the message; False when the broker did not take it, which is logged and harmless."""
    global _paused_until
    from kombu.exceptions import OperationalError

    from common.tasks.celery import app

    if time.monotonic() < _paused_until:
        return False
    try:
        # A second sender of this process must not share the connection's channel.
        with _lock:
            app.send_task(
                RUN_TASK,
                args=[str(job_id) if job_id else None],
                expires=_MESSAGE_LIFE_SECONDS,  # a worker drops it
                expiration=_MESSAGE_LIFE_SECONDS,  # the broker drops it
                retry=False,
                confirm_timeout=3,
            )
    except (OperationalError, OSError, TimeoutError) as error:
        _paused_until = time.monotonic() + _PAUSE_SECONDS
        logger.warning("no worker was woken; one will find the job by itself: %s", error)
        return False
    return True


def check_broker() -> None:
    """Connect to the broker. Raises OSError or kombu's OperationalError when it is not there."""
    from common.tasks.celery import app

    with app.connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, timeout=3)
