"""Hold a job while working on it: claim, heartbeat, fence, release."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models.functions import Coalesce
from django.utils import timezone

from common.core.db import database_now
from common.tasks.data import JobState
from common.tasks.errors import LeaseLostError
from common.tasks.models import Job

logger = logging.getLogger(__name__)

_START_ID = uuid4().hex[:8]


def lease_seconds() -> float:
    """Return how long a worker may be silent before its job goes to another one."""
    return float(getattr(settings, "TASKS_LEASE_SECONDS", 30.0))


def worker_name() -> str:
    """Name this process, for people who look at leases: host, process, start."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{_START_ID}"


class JobLease:
    """The right to write one job, for as long as its token is on the row.

    Correctness rests on the token alone; the clock only decides when others may take over. It is
    the database's: a host whose clock is ahead would take every job from its worker.
    """

    def __init__(self, job_id: UUID, token: UUID) -> None:
        self.job_id = job_id
        self.token = token
        self._lost = threading.Event()

    @property
    def is_lost(self) -> bool:
        return self._lost.is_set()

    def write(self, **values: Any) -> None:
        """Update the job if it is still ours, else raise LeaseLostError: the caller rolls back."""
        rows = Job.objects.filter(
            id=self.job_id, lease_token=self.token, state=JobState.RUNNING
        ).update(**values)
        if not rows:
            self._lost.set()
            raise LeaseLostError(str(self.job_id))

    def renew(self) -> None:
        """Prolong the lease. Raises LeaseLostError."""
        self.write(lease_until=_until(database_now()))

    @contextmanager
    def kept_alive(self) -> Iterator[None]:
        """Renew the lease from a thread of its own while the body runs."""
        ended = threading.Event()
        thread = threading.Thread(
            target=self._beat, args=(ended,), name=f"lease-{self.job_id}", daemon=True
        )
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join(timeout=lease_seconds())

    def _beat(self, ended: threading.Event) -> None:
        interval = lease_seconds() / 4
        renewed = time.monotonic()
        try:
            while not ended.wait(interval):
                try:
                    self.renew()
                    renewed = time.monotonic()
                except LeaseLostError:
                    return
                except DatabaseError as error:
                    logger.warning("the lease of job %s was not renewed: %s", self.job_id, error)
                    connection.close_if_unusable_or_obsolete()
                    if time.monotonic() - renewed > lease_seconds():
                        # Another worker may have it by now; the next fenced write will tell.
                        logger.warning("the lease of job %s has run out", self.job_id)
        finally:
            connection.close()


def claim(job_id: UUID) -> tuple[Job, JobLease] | None:
    """Take the job if it is due and nobody's; None when another worker was first."""
    now = timezone.now()
    token = uuid4()
    rows = Job.objects.filter(id=job_id, state=JobState.QUEUED, run_after__lte=now).update(
        state=JobState.RUNNING,
        lease_owner=worker_name(),
        lease_token=token,
        lease_until=_until(database_now()),
        started_at=Coalesce("started_at", now),
    )
    if not rows:
        return None
    row = Job.objects.filter(id=job_id, lease_token=token).first()
    return (row, JobLease(job_id, token)) if row else None


def seize_expired() -> list[JobLease]:
    """Take over the jobs whose leases ran out, so that only the caller may write them now."""
    now = database_now()
    expired = Job.objects.filter(state=JobState.RUNNING, lease_until__lt=now)
    leases = []
    for job_id, old_token in expired.values_list("id", "lease_token"):
        token = uuid4()
        # By primary key, and only if no heartbeat came between.
        rows = Job.objects.filter(id=job_id, lease_token=old_token, lease_until__lt=now).update(
            lease_owner=worker_name(), lease_token=token, lease_until=_until(now)
        )
        if rows:
            leases.append(JobLease(job_id, token))
    return leases


def next_due(limit: int = 5) -> list[UUID]:
    """Return the jobs that have waited longest and may run now."""
    due = Job.objects.filter(state=JobState.QUEUED, run_after__lte=timezone.now())
    return list(due.order_by("run_after").values_list("id", flat=True)[:limit])


def _until(now: datetime) -> datetime:
    return now + timedelta(seconds=lease_seconds())
