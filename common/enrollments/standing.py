"""Tell when what a learner is in a run changes: mode, groups, roles, staff rights.

``Enrollment.standing`` counts these changes, under the lock that submissions take. A submission
that read an older count is run again; apps above hear of each change and bring what they derived
from it up to date.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import F

from common.accounts.api import RightsChange
from common.core.keys import CourseKey, parse_course_key
from common.enrollments.models import Enrollment

StandingHook = Callable[[int, int, CourseKey], None]
_hooks: list[StandingHook] = []


def register_standing_hook(hook: StandingHook) -> None:
    """Have ``hook(run id, learner id, course key)`` called in the transaction of every change.

    The learner's enrollment is locked then; the hook may write rows.
    """
    if hook not in _hooks:
        _hooks.append(hook)


def tell_standing(run_id: int, learner_id: int, course_key: CourseKey) -> None:
    """Call the hooks; the caller has counted the change in a row that it holds locked."""
    for hook in _hooks:
        hook(run_id, learner_id, course_key)


def placement_changes(run_id: int, learner_id: int) -> None:
    """Count that a learner is put into another group, or gets another selection."""
    _count(run_id=run_id, learner_id=learner_id)


def rights_changed(change: RightsChange) -> None:
    """Count that somebody's rights changed, in every run concerned that they are in."""
    concerned: dict[str, Any] = {"learner_id": change.user_id}
    if change.course_key:
        concerned["run__head__course_key"] = change.course_key
    elif change.org:
        concerned["run__org"] = change.org
    _count(**concerned)


def _count(**concerned: Any) -> None:
    found = Enrollment.objects.filter(**concerned).order_by("pk")
    rows = list(found.values_list("pk", "run_id", "learner_id", "run__head__course_key"))
    if not rows:
        return
    with transaction.atomic():
        Enrollment.objects.filter(pk__in=[row[0] for row in rows]).update(
            standing=F("standing") + 1
        )
        for _pk, run_id, learner_id, course_key in rows:
            tell_standing(run_id, learner_id, parse_course_key(course_key))
