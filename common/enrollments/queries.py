"""Find enrollments, count them, page through them, and lock one."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Count, OuterRef, QuerySet, Subquery

from common.accounts.api import find_role_grants, is_global_staff
from common.core.keys import CourseKey
from common.core.prepared import Instances, prepared
from common.courses.api import NO_PLACEMENTS, get_many_placements, to_run_data
from common.courses.data import Viewer
from common.enrollments.context import make_viewer, to_enrollment_data
from common.enrollments.data import EnrollmentData, LockedEnrollment, RunEnrollment
from common.enrollments.errors import NotEnrolledError
from common.enrollments.models import Enrollment


def find_enrollment(run_id: int, learner_id: int) -> EnrollmentData | None:
    """Return the enrollment, active or not; None when there was never one. One statement."""
    row = Enrollment.objects.filter(run_id=run_id, learner_id=learner_id).first()
    return None if row is None else to_enrollment_data(row)


def lock_enrollment(run_id: int, learner_id: int) -> LockedEnrollment:
    """Lock all that a learner has in a run until the caller's transaction ends. One statement.

    The first lock of every transaction that takes one. It creates nothing: raises
    NotEnrolledError for somebody without an active enrollment (staff who look around have
    none). The published version is read with it, unlocked.
    """
    for *columns, published in _lock_one(run_id=run_id, learner_id=learner_id):
        enrollment = to_enrollment_data(_instances.make(tuple(columns)))
        if enrollment.is_active:
            return LockedEnrollment(enrollment, published)
    raise NotEnrolledError(f"learner {learner_id} has no active enrollment in run {run_id}")


_instances = Instances(Enrollment)


@prepared
def _lock_one(run_id: Any, learner_id: Any) -> QuerySet[Any, Any]:
    rows = _locking(run_id=run_id, learner_id=learner_id)
    return rows.values_list(*_instances.columns, "published")


def lock_enrollments(run_id: int, learner_ids: Collection[int]) -> list[LockedEnrollment]:
    """Lock several learners, inactive ones included, in the order of their ids. One statement.

    Learners without an enrollment row are absent.
    """
    rows = _locking(run_id=run_id, learner_id__in=learner_ids).order_by("learner_id")
    return [LockedEnrollment(to_enrollment_data(row), row.published) for row in rows]


def _locking(**place: Any) -> QuerySet[Any, Any]:
    return (
        Enrollment.objects.select_for_update()
        .filter(**place)
        .annotate(
            # A subquery, not a join: FOR UPDATE must not lock the head for everybody.
            published=Subquery(
                Enrollment.objects.filter(pk=OuterRef("pk")).values("run__head__published")[:1]
            )
        )
    )


def list_enrollments_of(learner_id: int, *, active_only: bool = True) -> list[RunEnrollment]:
    """Return the enrollments of a learner with their runs, the newest first. One statement."""
    rows = Enrollment.objects.filter(learner_id=learner_id).select_related("run")
    if active_only:
        rows = rows.filter(is_active=True)
    return [
        RunEnrollment(enrollment=to_enrollment_data(row), run=to_run_data(row.run))
        for row in rows.order_by("-created_at", "-pk")
    ]


def count_active(run_ids: Collection[int] | None = None) -> dict[int, int]:
    """Return how many take each run; runs that nobody takes are absent. One statement."""
    rows = Enrollment.objects.filter(is_active=True)
    if run_ids is not None:
        rows = rows.filter(run_id__in=run_ids)
    return dict(rows.values_list("run_id").annotate(Count("pk")).order_by())


def list_learner_ids(
    run_id: int, *, after: int = 0, limit: int, active_only: bool = True
) -> list[int]:
    """Return the next ``limit`` learners of a run by id, after a given one. One statement."""
    rows = Enrollment.objects.filter(run_id=run_id, learner_id__gt=after)
    if active_only:
        rows = rows.filter(is_active=True)
    return list(rows.order_by("learner_id").values_list("learner_id", flat=True)[:limit])


def get_viewers(
    run_id: int, course_key: CourseKey, learner_ids: Collection[int]
) -> dict[int, Viewer]:
    """Return learners of a run as access rules see them. Four statements for any number."""
    rows = Enrollment.objects.filter(run_id=run_id, learner_id__in=learner_ids)
    enrollments = {row.learner_id: to_enrollment_data(row) for row in rows}
    users = get_user_model()._default_manager.in_bulk(list(enrollments))
    placements = get_many_placements(run_id, list(enrollments))
    roles: dict[int, set[str]] = {}
    for grant in find_role_grants(course_key):
        roles.setdefault(grant.user_id, set()).add(grant.role)
    return {
        learner_id: make_viewer(
            users[learner_id],
            enrollment,
            placements.get(learner_id, NO_PLACEMENTS),
            frozenset()
            if is_global_staff(users[learner_id])
            else frozenset(roles.get(learner_id, ())),
        )
        for learner_id, enrollment in enrollments.items()
        if learner_id in users
    }
