"""Put jobs into the queue, look at them, cancel and retry them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Min, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from common.tasks.data import JSON, JobData, JobState, QueueHealth
from common.tasks.errors import JobNotFoundError, JobStateError
from common.tasks.models import Job
from common.tasks.registry import get_kind
from common.tasks.wake import wake_on_commit

# A call with a dedupe key loses a race against the end of the job that held the key; each
# round of the loop needs another job to begin and end meanwhile.
_DEDUPE_ROUNDS = 20


def enqueue(
    *,
    kind: str,
    parameters: Mapping[str, JSON],
    created_by_id: int | None = None,
    course_key: str = "",
    dedupe_key: str = "",
    run_after: datetime | None = None,
) -> UUID:
    """Create a job in the caller's transaction and return its id; it may start on commit.

    With a ``dedupe_key`` there is one queued or running job a key. A later call returns that
    job's id. If the work has not begun, it takes the later parameters; if it has, the job is
    followed by another one with them, so that what the caller changed is always seen.
    Raises UnknownJobKindError, TypeError for parameters that are not JSON.
    """
    get_kind(kind)
    row = Job(
        id=uuid4(),
        kind=kind,
        parameters=dict(parameters),
        created_by_id=created_by_id,
        course_key=str(course_key),
        dedupe_key=dedupe_key,
        active_key=dedupe_key or None,
        run_after=run_after or timezone.now(),
    )
    if not dedupe_key:
        row.save(force_insert=True)
        wake_on_commit(row.id)
        return row.id
    return _enqueue_once(row)


def _enqueue_once(row: Job) -> UUID:
    for _round in range(_DEDUPE_ROUNDS):
        # Looking first keeps the insert, which locks the index on failure, to real races.
        found = Job.objects.filter(active_key=row.active_key).values_list("id", flat=True).first()
        if found is not None:
            if _join(found, row):
                wake_on_commit(found)
                return found
            continue
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            continue
        wake_on_commit(row.id)
        return row.id
    raise JobStateError(f"the jobs of key {row.active_key!r} change too fast to queue another")


def _join(job_id: UUID, later: Job) -> bool:
    """Hand the later call's parameters to the job that holds its key; False when it just ended.

    Both updates lock the row until the caller commits, even when they change nothing: the
    job can neither begin nor end before the caller's changes are visible to it.
    """
    unstarted = Job.objects.filter(id=job_id, state=JobState.QUEUED, started_at=None)
    if unstarted.update(parameters=later.parameters, kind=later.kind):
        return True
    begun = Job.objects.filter(id=job_id, state__in=[JobState.QUEUED, JobState.RUNNING])
    return bool(begun.update(again=later.parameters))


def get_job(job_id: UUID) -> JobData:
    """Return the job. Raises JobNotFoundError."""
    return as_data(_row(job_id))


def find_jobs(
    *,
    course_key: str | None = None,
    kinds: Collection[str] = (),
    states: Collection[JobState] = (),
    created_by_id: int | None = None,
    limit: int = 50,
) -> list[JobData]:
    """Return the newest jobs that match, newest first."""
    rows: QuerySet[Job] = Job.objects.order_by("-created_at", "id")
    if course_key is not None:
        rows = rows.filter(course_key=str(course_key))
    if kinds:
        rows = rows.filter(kind__in=kinds)
    if states:
        rows = rows.filter(state__in=[state.value for state in states])
    if created_by_id is not None:
        rows = rows.filter(created_by_id=created_by_id)
    return [as_data(row) for row in rows[:limit]]


def request_cancel(job_id: UUID) -> JobData:
    """Cancel a waiting job at once, a running one at the end of its step; a final one stays.

    Raises JobNotFoundError.
    """
    # Asked for first: a worker that takes the job, or gives it back, between the two sees it.
    Job.objects.filter(id=job_id, state__in=[JobState.QUEUED, JobState.RUNNING]).update(
        cancel_requested=True, again=None
    )
    Job.objects.filter(id=job_id, state=JobState.QUEUED).update(
        **final_values(JobState.CANCELLED, timezone.now())
    )
    return get_job(job_id)


def retry(job_id: UUID) -> JobData:
    """Queue a failed or cancelled job again; it goes on from its cursor.

    Raises JobNotFoundError, JobStateError when it is in another state or a newer job
    holds its dedupe key.
    """
    row = _row(job_id)
    if row.dedupe_key and Job.objects.filter(active_key=row.dedupe_key).exists():
        raise _taken()
    try:
        with transaction.atomic():
            changed = Job.objects.filter(
                id=job_id, state__in=[JobState.FAILED, JobState.CANCELLED]
            ).update(
                state=JobState.QUEUED,
                attempts=0,
                error="",
                cancel_requested=False,
                finished_at=None,
                run_after=timezone.now(),
                active_key=row.dedupe_key or None,
            )
            if not changed:
                raise JobStateError(f"a {row.state} job cannot be tried again")
            wake_on_commit(job_id)
    except IntegrityError as error:
        # Somebody queued the same work since we looked.
        raise _taken() from error
    return get_job(job_id)


def _taken() -> JobStateError:
    return JobStateError(
        "another job does this work",
        user_message=_("The same work is already queued or running."),
    )


def queue_health() -> QueueHealth:
    """Count what waits, runs and fails. Four small queries on indexes."""
    now = timezone.now()
    queued = Job.objects.filter(state=JobState.QUEUED)
    due = queued.filter(run_after__lte=now)
    oldest = due.aggregate(oldest=Min("run_after"))["oldest"]
    return QueueHealth(
        queued=queued.count(),
        running=Job.objects.filter(state=JobState.RUNNING).count(),
        due=due.count(),
        oldest_due_seconds=(now - oldest).total_seconds() if oldest else 0.0,
        failed_last_day=Job.objects.filter(
            state=JobState.FAILED, finished_at__gte=now - timedelta(days=1)
        ).count(),
    )


def final_values(state: JobState, now: datetime) -> dict[str, Any]:
    """Return the columns of a job that ends, the dedupe key set free among them."""
    return {
        "state": state.value,
        "finished_at": now,
        "active_key": None,
        "again": None,
        "lease_owner": "",
        "lease_token": None,
        "lease_until": None,
    }


def as_data(row: Job) -> JobData:
    """Return what others may see of the row."""
    return JobData(
        id=row.id,
        kind=row.kind,
        state=JobState(row.state),
        created_at=row.created_at,
        course_key=row.course_key,
        created_by_id=row.created_by_id,
        parameters=row.parameters,
        done=row.done,
        total=row.total,
        message=row.message,
        result=row.result,
        error=row.error,
        attempts=row.attempts,
        cancel_requested=row.cancel_requested,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )


def _row(job_id: UUID) -> Job:
    try:
        return Job.objects.get(id=job_id)
    except Job.DoesNotExist:
        raise JobNotFoundError(str(job_id)) from None
