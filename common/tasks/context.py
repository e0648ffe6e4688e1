"""What the step of a job is given: its parameters, its cursor, and the fenced way to move it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from uuid import UUID

from django.db import transaction

from common.tasks.data import JSON
from common.tasks.errors import JobCancelledError
from common.tasks.lease import JobLease
from common.tasks.models import Job

_REPORT_SECONDS = 1.0


class StepContext:
    """One claimed job in the hands of its step function.

    ``cursor`` is what the last step returned or committed, None at the start. ``attempt`` is
    0 unless earlier tries from this cursor failed.
    """

    def __init__(self, row: Job, lease: JobLease) -> None:
        self.job_id: UUID = row.id
        self.kind: str = row.kind
        self.parameters: Mapping[str, JSON] = row.parameters
        self.course_key: str = row.course_key
        self.created_by_id: int | None = row.created_by_id
        self.cursor: JSON = row.cursor
        self.done: int = row.done
        self.total: int | None = row.total
        self.message: str = row.message
        self.attempt: int = row.attempts
        self._lease = lease
        self._reported_at = 0.0
        # What the last commit of this step wrote, so that the runner need not write it again.
        self.committed: dict[str, JSON] | None = None

    @contextmanager
    def commit(
        self,
        cursor: JSON,
        *,
        done: int | None = None,
        total: int | None = None,
        message: str | None = None,
    ) -> Iterator[None]:
        """Run the body and move the cursor in one transaction: both happen or neither.

        Raises LeaseLostError, with the body undone, when another worker has the job. The
        cursor is written last, so that the job's row is locked for an instant only. A worker that
        is killed behind it leaves a job that begins again at this cursor, the last one included:
        a step whose cursor says that all is done must do nothing and say ``finished``.
        """
        new_done = self.done if done is None else done
        new_total = self.total if total is None else total
        new_message = self.message if message is None else message
        progress = {
            "cursor": cursor,
            "done": new_done,
            "total": new_total,
            "message": new_message[:255],
        }
        with transaction.atomic():
            yield
            self._lease.write(**progress, attempts=0, error="")
        self.cursor, self.done, self.total = cursor, new_done, new_total
        self.message, self.committed = new_message, progress

    def report(self, *, done: int, total: int | None = None, message: str = "") -> None:
        """Show progress inside a step: written at most once a second, the cursor stays.

        Raises LeaseLostError and JobCancelledError, as ``check`` does.
        """
        self.done, self.message = done, message or self.message
        self.total = self.total if total is None else total
        if time.monotonic() - self._reported_at < _REPORT_SECONDS:
            return
        self._reported_at = time.monotonic()
        self.committed = None
        self._lease.write(done=self.done, total=self.total, message=self.message[:255])
        self.check()

    def check(self) -> None:
        """Raise JobCancelledError or LeaseLostError if the step should stop now.

        Three statements.
        """
        self._lease.renew()
        if is_cancelled(self.job_id):
            raise JobCancelledError(str(self.job_id))


def is_cancelled(job_id: UUID) -> bool:
    """Tell whether somebody asked to cancel the job."""
    return Job.objects.filter(id=job_id, cancel_requested=True).exists()
