"""Moving one's own due dates, in courses where each learner has some (self-paced ones).

Who missed a date may have all of them count from today again. Work that is done stays done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from common.enrollments.api import restart_pace
from lms.courseware.opening import OpenCourse
from lms.courseware.timeline import CourseDate, DateState, list_dates

_LATE: Final = frozenset({DateState.MISSED, DateState.GRACE})


@dataclass(frozen=True, slots=True)
class Deadlines:
    """What was missed, and whether the learner may move their dates."""

    missed: int
    can_shift: bool


def deadlines(opened: OpenCourse, dates: Sequence[CourseDate]) -> Deadlines:
    """Return how a learner stands with the ``dates`` of the course that is open. No statement."""
    viewer, facts = opened.viewer, opened.run.facts
    if not viewer.is_enrolled:
        return Deadlines(0, can_shift=False)
    missed = [date for date in dates if date.state is DateState.MISSED]
    late = [date for date in dates if date.is_own and date.state in _LATE]
    is_over = facts.end is not None and facts.end <= opened.now
    return Deadlines(len(missed), can_shift=bool(late) and not is_over)


def shift_dates(opened: OpenCourse) -> bool:
    """Have the learner's own dates count from now; tell whether they did.

    Nothing happens unless one was missed: pressed twice, it moves them once. One statement to
    look, two to move.
    """
    viewer = opened.viewer
    if opened.session.context.view_as is not None:
        return False  # they are the learner's to move
    if viewer.user_id is None or not deadlines(opened, list_dates(opened)).can_shift:
        return False
    return restart_pace(opened.run, viewer.user_id, now=opened.now, is_staff=viewer.is_staff)
