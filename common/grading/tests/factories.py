"""Courses with graded problems, and learners who answer them through the door of grading."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from common.content.tests.factories import (
    DEFAULT_KEY,
    Node,
    make_course,
    problem,
    section,
    subsection,
    unit,
)
from common.core.keys import BlockKey, CourseKey
from common.courses.api import get_outline
from common.courses.data import CourseOutline
from common.enrollments.api import LearnerContext, get_learner_context, lock_enrollment
from common.grading.api import (
    CourseGradeView,
    GradeUpdate,
    ScoreInput,
    get_course_grade,
    record_scores,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOMEWORK = {
    "type": "Homework",
    "min_count": 2,
    "drop_count": 0,
    "weight": 1.0,
    "short_label": "HW",
}
POLICY = {"GRADER": [HOMEWORK], "GRADE_CUTOFFS": {"Pass": 0.5}}


def key_of(name: str) -> BlockKey:
    """Return the key of a problem."""
    return BlockKey("problem", name)


def make_graded_course(
    *, subsections: int = 2, problems: int = 2, policy: Any = POLICY, **tree: Any
) -> CourseKey:
    """Return a course of graded subsections q0, q1… with problems p0_0, p0_1…, a point each."""
    inner: list[Node] = [
        subsection(
            f"q{number}",
            unit(f"u{number}", *(problem(f"p{number}_{n}") for n in range(problems))),
            graded=True,
            format="Homework",
            display_name=f"Homework {number}",
        )
        for number in range(subsections)
    ]
    return make_course(
        tree.pop("course_key", DEFAULT_KEY),
        sections=[section("c", *inner)],
        policy=policy,
        **tree,
    )


def outline_of(context: LearnerContext) -> CourseOutline:
    """Return the outline that the learner of this context sees."""
    return get_outline(context.heads.published or "")


def answer(
    course_key: CourseKey,
    user: Any,
    name: str,
    earned: float = 1,
    possible: float = 1,
    *,
    now: datetime = NOW,
    context: LearnerContext | None = None,
    **score: Any,
) -> GradeUpdate:
    """Record a score as a submission does: context first, then one short transaction.

    Like a submission it looks again at a learner who was moved meanwhile, and stays with the
    version that was shown.
    """
    context = context or get_learner_context(course_key, user)
    outline = outline_of(context)
    with transaction.atomic():
        locked = lock_enrollment(context.run.id, user.pk)
        if locked.enrollment.standing != context.viewer.standing:
            context = get_learner_context(course_key, user)
        return record_scores(
            run=context.run,
            outline=outline,
            viewer=context.viewer,
            scores=[ScoreInput(key_of(name), earned, possible, outline.version, **score)],
            now=now,
            published=locked.published,
        )


def grade_of(course_key: CourseKey, user: Any, now: datetime = NOW) -> CourseGradeView:
    """Return the grade as a page reads it."""
    context = get_learner_context(course_key, user)
    return get_course_grade(context.run, user.pk, outline_of(context), context.viewer, now)
