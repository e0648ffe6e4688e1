"""Jobs of grading: see ``common.grading.restamp``."""

from __future__ import annotations

from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from common.core.keys import parse_course_key
from common.grading.restamp import KIND, restamp_batch
from common.tasks.api import PermanentJobError, StepContext, StepResult, job

# Learners that are named; the log has them all.
_NAMED: Final = 20


@job(KIND, title=_("Bring grades up to date"))
def restamp(context: StepContext) -> StepResult:
    """Regrade the next learners of a run.

    The cursor holds the last id seen, how many could not be graded, and the first of them. The
    job fails at its end if there are any: all others are up to date then.
    """
    cursor: Any = context.cursor or {"after": 0, "skipped": 0, "named": []}
    walked = restamp_batch(
        parse_course_key(str(context.parameters["course_key"])),
        after=cursor["after"],
        now=timezone.now(),
        only_due=bool(context.parameters.get("only_due")),
    )
    skipped = cursor["skipped"] + len(walked.skipped)
    named = [*cursor["named"], *walked.skipped][:_NAMED]
    if not walked.last and skipped:
        raise PermanentJobError(_report(skipped, named))
    return StepResult(
        cursor={"after": walked.last, "skipped": skipped, "named": named},
        done=context.done + walked.done,
        finished=not walked.last,
    )


def _report(skipped: int, named: list[int]) -> str:
    return ngettext(
        "The grade of %(count)s learner could not be made; the log says why. Their id: %(ids)s.",
        "The grades of %(count)s learners could not be made; the log says why. Their ids: %(ids)s.",
        skipped,
    ) % {
        "count": skipped,
        "ids": ", ".join(map(str, named)) + (" …" if skipped > len(named) else ""),
    }
