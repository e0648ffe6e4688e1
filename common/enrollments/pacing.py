"""Have the relative due dates of a learner count from another moment."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from common.core.keys import CourseKey
from common.courses.data import CourseRunData
from common.enrollments.models import Enrollment
from common.tracking.api import Event, record

# What the platform of before called it, whatever was pressed: pipelines know the name.
MOVED = "edx.ui.lms.reset_deadlines.clicked"


def restart_pace(run: CourseRunData, learner_id: int, *, now: datetime, is_staff: bool) -> bool:
    """Have the relative dates of a learner count from now, and tell whether they take the run.

    An answer that is being taken meanwhile is taken anew under the new dates. Whether the learner
    may is asked by the caller. One statement, and the event's.
    """
    with transaction.atomic():
        rows = Enrollment.objects.filter(run_id=run.id, learner_id=learner_id, is_active=True)
        if not rows.update(paced_from=now, standing=F("standing") + 1):
            return False
        record([_event(run.course_key, learner_id, now=now, is_staff=is_staff)])
    return True


def _event(course_key: CourseKey, learner_id: int, *, now: datetime, is_staff: bool) -> Event:
    return Event(
        event_type=MOVED,
        payload={
            "courserun_key": str(course_key),
            "org_key": str(course_key.org),
            "user_id": learner_id,
            "is_staff": is_staff,
            "is_masquerading": False,
        },
        course_key=course_key,
        user_id=learner_id,
        time=now,
    )
