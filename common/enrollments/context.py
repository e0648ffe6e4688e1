"""One person in one course run, or in all of theirs, read in at most three statements."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from common.accounts.api import (
    STAFF_ROLES,
    Person,
    Role,
    get_roles,
    get_roles_everywhere,
    is_global_staff,
)
from common.content.data import Heads
from common.core.keys import CourseKey
from common.core.prepared import Instances, Row, prepared
from common.courses.api import (
    NO_PLACEMENTS,
    Placements,
    get_placements_everywhere,
    get_run_and_heads,
    get_standing,
    to_heads,
    to_run_data,
)
from common.courses.data import CourseRunData, Viewer
from common.enrollments.data import EnrollmentData, LearnerContext
from common.enrollments.models import Enrollment

_instances = Instances(Enrollment, "run", "run__head")


@prepared
def _enrollments(course_key: Any, learner_id: Any) -> QuerySet[Any, Any]:
    rows = Enrollment.objects.filter(run__head__course_key=course_key, learner_id=learner_id)
    return rows.values_list(*_instances.columns)


def get_learner_context(course_key: CourseKey, user: Person) -> LearnerContext:
    """Return the run, its heads, and the person's enrollment, groups and roles in it.

    Statements: enrolled 2 (run, heads and enrollment joined; groups and roles together); not
    enrolled 3 (enrollment; run with heads; roles); anonymous 1. Raises CourseRunNotFoundError.
    """
    found = None
    if user.pk is not None:
        found = _enrollments.made(_parts, course_key=str(course_key), learner_id=user.pk)
    if not found:
        run, heads = get_run_and_heads(course_key)
        roles = frozenset() if is_global_staff(user) else get_roles(user.pk, course_key)
        return LearnerContext(run, heads, None, make_viewer(user, None, NO_PLACEMENTS, roles))
    run, heads, enrollment = found[0]
    placements, roles = get_standing(run.id, enrollment.learner_id, course_key)
    viewer = make_viewer(user, enrollment, placements, roles)
    return LearnerContext(run=run, heads=heads, enrollment=enrollment, viewer=viewer)


def _parts(row: Row) -> tuple[CourseRunData, Heads, EnrollmentData]:
    made = _instances.make(row)
    return to_run_data(made.run), to_heads(made.run), to_enrollment_data(made)


def list_contexts(user: Person) -> list[LearnerContext]:
    """Return what ``get_learner_context`` gives, for every run that somebody takes, newest first.

    Three statements, two for global staff, whatever the number of runs.
    """
    rows = Enrollment.objects.filter(learner_id=user.pk, is_active=True).select_related("run__head")
    found = list(rows.order_by("-created_at", "-pk"))
    placements = get_placements_everywhere(user.pk) if found else {}
    grants = () if is_global_staff(user) or not found else get_roles_everywhere(user.pk)
    contexts = []
    for row in found:
        run, enrollment = to_run_data(row.run), to_enrollment_data(row)
        roles = frozenset(
            grant.role
            for grant in grants
            if grant.course_key == str(run.course_key)
            or (not grant.course_key and grant.org == run.course_key.org)
        )
        placed = placements.get(row.run_id, NO_PLACEMENTS)
        viewer = make_viewer(user, enrollment, placed, roles)
        contexts.append(LearnerContext(run, to_heads(row.run), enrollment, viewer))
    return contexts


def make_viewer(
    user: Person,
    enrollment: EnrollmentData | None,
    placements: Placements,
    roles: frozenset[str],
) -> Viewer:
    """Return the person as access rules see them. No statement."""
    is_global = is_global_staff(user)
    return Viewer(
        user_id=user.pk,
        username=getattr(user, "username", ""),
        is_staff=is_global or not roles.isdisjoint(STAFF_ROLES),
        is_global_staff=is_global,
        is_beta=Role.BETA_TESTER in roles,
        roles=roles,
        groups=placements.groups,
        selections=placements.selections,
        mode=enrollment.mode if enrollment is not None and enrollment.is_active else None,
        standing=0 if enrollment is None else enrollment.standing,
        paced_from=enrollment.paced_from if enrollment is not None else None,
    )


def to_enrollment_data(row: Enrollment) -> EnrollmentData:
    """Return a row as other apps see it."""
    return EnrollmentData(
        id=row.pk,
        run_id=row.run_id,
        learner_id=row.learner_id,
        mode=row.mode,
        is_active=row.is_active,
        created_at=row.created_at,
        changed_at=row.changed_at,
        paced_from=row.paced_from or row.created_at,
        standing=row.standing,
    )
