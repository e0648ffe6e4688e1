"""What others see of a job: frozen values, importing nothing of this app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

JSON = Any


class JobState(StrEnum):
    """Where a job stands. The last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return self in FINAL_STATES


FINAL_STATES = frozenset({JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED})


@dataclass(frozen=True, slots=True)
class StepResult:
    """What one step did: the cursor that the next one starts from, and how far the job is.

    ``total`` None means that nobody knows yet. ``finished`` ends the job with ``result``.
    """

    cursor: JSON = None
    done: int = 0
    total: int | None = None
    finished: bool = False
    result: JSON = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class JobData:
    """One job as pages and callers see it. ``error`` is a sentence for people."""

    id: UUID
    kind: str
    state: JobState
    created_at: datetime
    course_key: str = ""
    created_by_id: int | None = None
    parameters: Mapping[str, JSON] = field(default_factory=dict)
    done: int = 0
    total: int | None = None
    message: str = ""
    result: JSON = None
    error: str = ""
    attempts: int = 0
    cancel_requested: bool = False
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def fraction(self) -> float | None:
        """Share done, 0.0 to 1.0; None while the total is unknown."""
        if self.state is JobState.SUCCEEDED:
            return 1.0
        if not self.total:
            return None
        return min(1.0, self.done / self.total)

    def estimate_seconds(self, now: datetime) -> float | None:
        """Return how long the rest takes at the pace so far; None when that cannot be told."""
        if self.state is not JobState.RUNNING or self.started_at is None or not self.fraction:
            return None
        spent = (now - self.started_at).total_seconds()
        return max(0.0, spent / self.fraction - spent)


@dataclass(frozen=True, slots=True)
class QueueHealth:
    """How the queue does, for health pages. ``oldest_due_seconds`` is how late the first one is."""

    queued: int
    running: int
    due: int
    oldest_due_seconds: float
    failed_last_day: int
