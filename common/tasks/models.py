"""Rows of durable work: jobs and the leases of background duties."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from common.core.keys import KEY_MAX_LENGTH, ExactCharField
from common.tasks.data import JobState


class Job(models.Model):
    """One piece of work that outlives the request that asked for it.

    The row is the truth, the Celery message only wakes a worker. Some thousands of rows:
    finished ones are pruned after a month. The lease columns are set while a worker runs
    the job; ``lease_token`` changes with each claim, so a worker that lost its lease
    matches no row.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = ExactCharField(max_length=100)
    parameters = models.JSONField(default=dict)
    state = models.CharField(
        max_length=10,
        choices=[(state.value, state.value) for state in JobState],
        default=JobState.QUEUED.value,
    )
    cursor = models.JSONField(null=True)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(null=True)
    message = models.CharField(max_length=255, default="")
    result = models.JSONField(null=True)
    error = models.TextField(default="")
    lease_owner = models.CharField(max_length=100, default="")
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    # Failed or lost tries since the cursor last moved.
    attempts = models.PositiveSmallIntegerField(default=0)
    run_after = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    course_key = ExactCharField(max_length=KEY_MAX_LENGTH, default="")
    dedupe_key = ExactCharField(max_length=KEY_MAX_LENGTH, default="")
    # The dedupe key while the job is queued or running, else NULL: unique columns may
    # hold many NULLs in every database, and MariaDB has no partial indexes.
    active_key = ExactCharField(max_length=KEY_MAX_LENGTH, null=True)
    # Parameters of a call with the same dedupe key that came after the work had begun.
    again = models.JSONField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    cancel_requested = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["active_key"], name="lyceum_tasks_job_one_active_a_key")
        ]
        indexes = [
            # The next due job of a worker.
            models.Index(fields=["state", "run_after"], name="lyceum_tasks_job_due"),
            # The sweeper's search for leases that ran out.
            models.Index(fields=["state", "lease_until"], name="lyceum_tasks_job_lease"),
            # A course's jobs on its pages, newest first.
            models.Index(fields=["course_key", "created_at"], name="lyceum_tasks_job_course"),
            # Pruning.
            models.Index(fields=["finished_at"], name="lyceum_tasks_job_finished"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class DutyLease(models.Model):
    """Which worker carries out a background duty now: one row a duty, a handful in all."""

    name = ExactCharField(max_length=100, primary_key=True)
    owner = models.CharField(max_length=100)
    token = models.UUIDField()
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}: {self.owner}"
