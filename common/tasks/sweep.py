"""Mend what crashes leave behind: jobs of dead workers, finished jobs nobody needs any more."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from common.core.duties import Duty, DutyHold
from common.tasks.data import JobState
from common.tasks.errors import LeaseLostError, UnknownJobKindError
from common.tasks.lease import JobLease, seize_expired
from common.tasks.models import Job
from common.tasks.registry import get_kind
from common.tasks.runner import MAX_BACKOFF_SECONDS, finish, released_values

logger = logging.getLogger(__name__)

KEEP_DAYS = 30
_PRUNE_BATCH = 500
_PRUNE_EVERY_SECONDS = 3600.0
_DEFAULT_MAX_ATTEMPTS = 5


def requeue_expired() -> int:
    """Queue the jobs whose worker fell silent, or end those that lost too many; return how many.

    The first loss costs no wait; a job that keeps killing its workers waits longer each time.
    """
    mended = 0
    for lease in seize_expired():
        try:
            _mend(lease)
            mended += 1
        except LeaseLostError:
            logger.info("job %s was mended by another process", lease.job_id)
    return mended


def _mend(lease: JobLease) -> None:
    row = Job.objects.get(id=lease.job_id)
    attempts = row.attempts + 1
    if row.cancel_requested:
        finish(lease, JobState.CANCELLED)
    elif attempts >= _max_attempts(row.kind):
        logger.error("job %s (%s) lost its worker %d times", row.id, row.kind, attempts)
        finish(
            lease,
            JobState.FAILED,
            attempts=attempts,
            error=_("The work stopped in the middle %(count)s times at the same place.")
            % {"count": attempts},
        )
    else:
        wait = 0 if attempts == 1 else min(MAX_BACKOFF_SECONDS, 2**attempts)
        lease.write(
            attempts=attempts,
            **released_values(run_after=timezone.now() + timedelta(seconds=wait)),
        )
        logger.warning("job %s (%s) lost its worker and is queued again", row.id, row.kind)


def _max_attempts(kind: str) -> int:
    try:
        return get_kind(kind).max_attempts
    except UnknownJobKindError:
        return _DEFAULT_MAX_ATTEMPTS


def prune() -> int:
    """Delete jobs that ended a month ago; return how many."""
    before = timezone.now() - timedelta(days=KEEP_DAYS)
    deleted = 0
    while True:
        old = Job.objects.filter(finished_at__lt=before).values_list("id", flat=True)
        ids = list(old[:_PRUNE_BATCH])
        if not ids:
            return deleted
        Job.objects.filter(id__in=ids).delete()
        deleted += len(ids)


class _Sweeper:
    """The duty's memory of when it pruned last."""

    def __init__(self) -> None:
        self._pruned_at = float("-inf")

    def __call__(self, hold: DutyHold) -> None:
        requeue_expired()
        if time.monotonic() - self._pruned_at > _PRUNE_EVERY_SECONDS and hold.keep():
            self._pruned_at = time.monotonic()
            prune()


SWEEPER = Duty(name="tasks.sweep", interval_seconds=2.0, run=_Sweeper())
