"""Enroll, leave, and the lock of all that a learner has in a run.

Locks are taken in one order: the enrollment row, then (only where places are counted) the run.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import IntegrityError, transaction

from common.accounts.api import Person, get_roles, is_global_staff
from common.content.data import Heads
from common.core.keys import CourseKey
from common.courses.api import (
    NO_PLACEMENTS,
    get_run,
    get_run_and_heads,
)
from common.courses.data import CourseRunData, Viewer
from common.courses.errors import CourseAccessDeniedError
from common.enrollments.context import make_viewer, to_enrollment_data
from common.enrollments.data import EnrollmentChange, EnrollmentData
from common.enrollments.joining import check_enroll
from common.enrollments.models import DEFAULT_MODE, Enrollment
from common.enrollments.standing import tell_standing
from common.tracking.api import Event, record

EnrollmentHook = Callable[[EnrollmentChange], None]
_hooks: list[EnrollmentHook] = []


def register_enrollment_hook(hook: EnrollmentHook) -> None:
    """Have ``hook`` called in the transaction of every change of an enrollment; it may add rows."""
    if hook not in _hooks:
        _hooks.append(hook)


def enroll(
    course_key: CourseKey,
    user: Person,
    *,
    now: datetime,
    mode: str = DEFAULT_MODE,
    check: bool = True,
) -> EnrollmentData:
    """Enroll a person; asked again, it gives the enrollment that is there.

    ``check`` False is for staff who enroll others: the course's rules are left aside, and a
    different ``mode`` replaces the one there is. Raises CourseAccessDeniedError with the rule that
    says no, CourseRunNotFoundError.
    """
    run, heads = get_run_and_heads(course_key)
    roles = frozenset() if is_global_staff(user) else get_roles(user.pk, course_key)
    viewer = make_viewer(user, None, NO_PLACEMENTS, roles) if check else None
    try:
        return _enroll_once(run, heads, user, viewer, now, mode)
    except IntegrityError:
        # The same person, twice at once: the other request's row is there now.
        return _enroll_once(run, heads, user, viewer, now, mode)


def _enroll_once(
    run: CourseRunData,
    heads: Heads,
    user: Person,
    viewer: Viewer | None,
    now: datetime,
    mode: str,
) -> EnrollmentData:
    """Enroll under the rules for ``viewer``, without rules where there is none."""
    with transaction.atomic():
        row = _find_locked(run.id, user.pk)
        if row is not None and row.is_active and (viewer is not None or row.mode == mode):
            return to_enrollment_data(row)
        if viewer is not None:
            access = check_enroll(run, heads, viewer, now, lock=True)
            if not access.allowed:
                raise CourseAccessDeniedError(access.reason.value, access.message)
        before = None if row is None else to_enrollment_data(row)
        if row is None:
            row = Enrollment(run_id=run.id, learner_id=user.pk, created_at=now)
        else:
            row.standing += 1
        row.mode, row.is_active, row.changed_at = mode, True, now
        row.save()
        return _tell(run.course_key, before, to_enrollment_data(row), user)


def unenroll(course_key: CourseKey, user: Person, *, now: datetime) -> EnrollmentData | None:
    """Let a person leave; what they did is kept for their return.

    Returns the inactive enrollment, None when there was never one. Raises
    CourseRunNotFoundError.
    """
    run = get_run(course_key)
    with transaction.atomic():
        row = _find_locked(run.id, user.pk)
        if row is None or not row.is_active:
            return None if row is None else to_enrollment_data(row)
        before = to_enrollment_data(row)
        row.is_active, row.changed_at = False, now
        row.standing += 1
        row.save(update_fields=["is_active", "changed_at", "standing"])
        return _tell(run.course_key, before, to_enrollment_data(row), user)


def _find_locked(run_id: int, learner_id: int) -> Enrollment | None:
    return (
        Enrollment.objects.select_for_update().filter(run_id=run_id, learner_id=learner_id).first()
    )


def _tell(
    course_key: CourseKey, before: EnrollmentData | None, after: EnrollmentData, user: Person
) -> EnrollmentData:
    was_active = before is not None and before.is_active
    names = []
    if was_active != after.is_active:
        names.append("activated" if after.is_active else "deactivated")
    if before is not None and before.mode != after.mode:
        names.append("mode_changed")
    payload = {"course_id": str(course_key), "user_id": after.learner_id, "mode": after.mode}
    record(
        [
            Event(
                event_type=f"edx.course.enrollment.{name}",
                payload=payload,
                course_key=course_key,
                user_id=after.learner_id,
                username=getattr(user, "username", ""),
                time=after.changed_at,
            )
            for name in names
        ]
    )
    for hook in _hooks:
        hook(EnrollmentChange(before=before, after=after, course_key=course_key))
    if before is not None:
        tell_standing(after.run_id, after.learner_id, course_key)
    return after
