"""What can go wrong with durable jobs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.core.errors import ConflictError, NotFoundError


class JobNotFoundError(NotFoundError):
    """No job has this id; finished jobs are pruned after a month."""

    code = "job_not_found"
    default_message = _("This task does not exist any more.")


class UnknownJobKindError(LookupError):
    """No installed app registers this kind of job: a mistake in code, found when it is queued."""


class JobStateError(ConflictError):
    """The job is not in a state that allows this, such as a retry of one that still runs."""

    code = "job_state"
    default_message = _("This task has changed meanwhile. Look at it again.")


class LeaseLostError(Exception):
    """Another worker owns the job now; whatever this worker was about to write is undone.

    Steps let it pass: the runner stops without touching the job.
    """


class JobCancelledError(Exception):
    """Somebody asked to cancel; raised by ``StepContext.check`` between pieces of work."""


class PermanentJobError(Exception):
    """Trying again cannot help. The text is shown to people as the reason."""
