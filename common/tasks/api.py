"""The door of durable jobs: queue work in a transaction, follow it, cancel it, retry it.

A kind of job is a function that does one step of under a minute::

    @job("courses.restamp", title=_("Bring grades up to date"))
    def restamp(context: StepContext) -> StepResult:
        learners = next_learners(after=context.cursor, limit=100)
        with context.commit(learners[-1].id, done=context.done + len(learners)):
            update_grades(learners)
        return StepResult(cursor=learners[-1].id, done=context.done, finished=len(learners) < 100)
"""

from common.tasks.context import StepContext
from common.tasks.data import JobData, JobState, QueueHealth, StepResult
from common.tasks.errors import (
    JobCancelledError,
    JobNotFoundError,
    JobStateError,
    LeaseLostError,
    PermanentJobError,
    UnknownJobKindError,
)
from common.tasks.queue import enqueue, find_jobs, get_job, queue_health, request_cancel, retry
from common.tasks.registry import job
from common.tasks.runner import run_job

__all__ = [
    "JobCancelledError",
    "JobData",
    "JobNotFoundError",
    "JobState",
    "JobStateError",
    "LeaseLostError",
    "PermanentJobError",
    "QueueHealth",
    "StepContext",
    "StepResult",
    "UnknownJobKindError",
    "enqueue",
    "find_jobs",
    "get_job",
    "job",
    "queue_health",
    "request_cancel",
    "retry",
    "run_job",
]
