"""Work on claimed jobs, step by step, until they end or the worker's turn is over."""

from __future__ import annotations

import logging
import threading
import time
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common.core.errors import DomainError
from common.tasks.context import StepContext, is_cancelled
from common.tasks.data import JobData, JobState, StepResult
from common.tasks.errors import (
    JobCancelledError,
    LeaseLostError,
    PermanentJobError,
    UnknownJobKindError,
)
from common.tasks.lease import JobLease, claim, next_due
from common.tasks.models import Job
from common.tasks.queue import final_values, get_job
from common.tasks.registry import JobKind, get_kind
from common.tasks.wake import send_wake, wake_on_commit

logger = logging.getLogger(__name__)

# After this long a job goes to the back of the queue, so that a long one starves nobody.
TURN_SECONDS = 60.0
_SLOW_STEP_SECONDS = 60.0
MAX_BACKOFF_SECONDS = 300
# With the waits between them, some eight minutes.
_UNKNOWN_KIND_TRIES = 9

# Set when this process has been asked to stop: jobs are given back after the current step.
stopping = threading.Event()


def run_job(job_id: UUID) -> JobData:
    """Work on this job here and now, until it ends or must wait; return how it stands.

    Does nothing to a job that is not due or that another worker has. Raises JobNotFoundError.
    """
    claimed = claim(job_id)
    if claimed:
        _work(*claimed, deadline=None)
    return get_job(job_id)


def run_next(*, turn_seconds: float = TURN_SECONDS) -> bool:
    """Work on the due job that has waited longest, for one turn; False when none is due."""
    for job_id in next_due():
        claimed = claim(job_id)
        if claimed:
            _work(*claimed, deadline=time.monotonic() + turn_seconds)
            return True
    return False


def _work(row: Job, lease: JobLease, *, deadline: float | None) -> None:
    """Run steps of a claimed job until it ends, fails, is lost, or the turn is over."""
    if row.cancel_requested:
        # Asked for while the last worker gave the job back.
        finish(lease, JobState.CANCELLED)
        return
    try:
        kind = get_kind(row.kind)
    except UnknownJobKindError as error:
        # While a new release is being rolled out, another worker may know it already.
        logger.warning("job %s is of the unknown kind %r", row.id, row.kind)
        _try_later(_UNKNOWN_KIND_TRIES, row, lease, error)
        return
    try:
        with lease.kept_alive():
            while _run_step(kind, row, lease) and not _give_back(lease, deadline):
                pass
    except LeaseLostError:
        logger.warning("job %s went to another worker", row.id)


def _run_step(kind: JobKind, row: Job, lease: JobLease) -> bool:
    """Run one step and store what it did; True when there is more to do now."""
    context = StepContext(row, lease)
    started = time.monotonic()
    try:
        result = kind.step(context)
    except JobCancelledError:
        finish(lease, JobState.CANCELLED)
    except LeaseLostError:
        raise
    except PermanentJobError as error:
        logger.warning("job %s (%s) failed: %s", row.id, row.kind, error)
        finish(lease, JobState.FAILED, error=str(error))
    except Exception as error:
        # A step is a stranger: whatever it raises must not end the worker.
        logger.exception("a step of job %s (%s) failed", row.id, row.kind)
        _try_later(kind.max_attempts, row, lease, error)
    else:
        seconds = time.monotonic() - started
        if seconds > _SLOW_STEP_SECONDS:
            logger.warning("a step of job %s (%s) took %.0f s", row.id, row.kind, seconds)
        return _store(row, lease, result, context.committed)
    return False


def _store(row: Job, lease: JobLease, result: StepResult, committed: dict[str, Any] | None) -> bool:
    progress: dict[str, Any] = {
        "cursor": result.cursor,
        "done": result.done,
        "total": result.total,
        "message": result.message[:255],
    }
    forgiven = {"attempts": 0, "error": ""}
    if result.finished:
        finish(lease, JobState.SUCCEEDED, **progress, **forgiven, result=result.result)
        return False
    if progress != committed:
        lease.write(**progress, **forgiven)
    for name, value in {**progress, **forgiven}.items():
        setattr(row, name, value)
    if is_cancelled(row.id):
        finish(lease, JobState.CANCELLED)
        return False
    return True


def finish(lease: JobLease, state: JobState, **values: Any) -> None:
    """End the job, once: only the holder of the lease can. Queue the work asked for meanwhile."""
    with transaction.atomic():
        key = Job.objects.filter(id=lease.job_id).values_list("active_key", flat=True).first()
        if key:
            # The index entry of the key first, as callers of enqueue lock it: no deadlock.
            list(Job.objects.select_for_update().filter(active_key=key).values_list("id"))
        row = Job.objects.filter(id=lease.job_id).first()
        lease.write(**{**values, **final_values(state, timezone.now())})
        if row and row.again is not None:
            follower = Job.objects.create(
                id=uuid4(),
                kind=row.kind,
                parameters=row.again,
                created_by_id=row.created_by_id,
                course_key=row.course_key,
                dedupe_key=row.dedupe_key,
                active_key=row.dedupe_key,
            )
            wake_on_commit(follower.id)


def _try_later(max_attempts: int, row: Job, lease: JobLease, error: Exception) -> None:
    """Count the failed try; queue the job again after a while, or fail it with a sentence.

    One that somebody asked to cancel ends here: no later try would come to look.
    """
    if is_cancelled(row.id):
        finish(lease, JobState.CANCELLED, error=_sentence(error, row.id))
        return
    current = Job.objects.filter(id=row.id).values_list("attempts", flat=True).first() or 0
    attempts = current + 1
    if attempts >= max_attempts:
        finish(lease, JobState.FAILED, attempts=attempts, error=_sentence(error, row.id))
        return
    wait = min(MAX_BACKOFF_SECONDS, 2**attempts)
    lease.write(
        attempts=attempts,
        error=_sentence(error, row.id),
        **released_values(run_after=timezone.now() + timedelta(seconds=wait)),
    )


def _give_back(lease: JobLease, deadline: float | None) -> bool:
    """Put the job back into the queue when this worker stops or its turn is over."""
    if lease.is_lost:
        return True
    over = deadline is not None and time.monotonic() >= deadline
    if not (over or stopping.is_set()):
        return False
    lease.write(**released_values(run_after=timezone.now()))
    if stopping.is_set():
        send_wake(lease.job_id)
    return True


def released_values(*, run_after: Any) -> dict[str, Any]:
    """Return the columns of a job that waits in the queue again."""
    return {
        "state": JobState.QUEUED.value,
        "run_after": run_after,
        "lease_owner": "",
        "lease_token": None,
        "lease_until": None,
    }


def _sentence(error: Exception, job_id: UUID) -> str:
    if isinstance(error, DomainError):
        return str(error.user_message)
    if isinstance(error, UnknownJobKindError):
        return _("This site does not know how to do this task.")
    return _(
        "Something went wrong on our side (%(error)s). Whoever runs the site finds the details "
        "in the log under %(job_id)s."
    ) % {"error": type(error).__name__, "job_id": job_id}
