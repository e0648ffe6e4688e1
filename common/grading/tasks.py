"""Jobs of grading: see ``common.grading.restamp``."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.core.keys import parse_course_key
from common.grading.restamp import KIND, restamp_batch
from common.tasks.api import StepContext, StepResult, job


@job(KIND, title=_("Bring grades up to date"))
def restamp(context: StepContext) -> StepResult:
    """Regrade the next learners of a run."""
    course_key = parse_course_key(str(context.parameters["course_key"]))
    last, done = restamp_batch(
        course_key,
        after=context.cursor or 0,
        now=timezone.now(),
        only_due=bool(context.parameters.get("only_due")),
    )
    return StepResult(cursor=last, done=context.done + done, finished=not last)
