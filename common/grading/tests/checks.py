"""A course with everything that decides a grade, and what must hold of stored grades in it."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from common.content.tests.factories import Node, make_course, problem, section, subsection
from common.content.tests.factories import unit as make_unit
from common.core.keys import CourseKey
from common.enrollments.api import LearnerContext
from common.grading.data import Stamp
from common.grading.gradebook import grade_course, stamp_of
from common.grading.ledger import read_ledger
from common.grading.models import CourseGradeRow, SubsectionGradeRow
from common.grading.tests import oracle
from common.grading.tests.factories import NOW, outline_of
from common.tracking.models import OutboxEvent

_numbers = count(1)
PARTITIONS = [
    {
        "id": number,
        "name": scheme,
        "scheme": scheme,
        "groups": [{"id": 1, "name": "A"}, {"id": 2, "name": "B"}],
    }
    for number, scheme in enumerate(["random", "cohort"])
]
POLICY = {
    "GRADER": [{"type": "Homework", "min_count": 1, "drop_count": 0, "weight": 1}],
    "GRADE_CUTOFFS": {"Pass": 0.3},
}


def make_varied_course(name: str = "") -> CourseKey:
    """Return a course with weights, dates, a split test, a library and cohorts."""
    split = Node(
        "split_test",
        "split",
        {"user_partition_id": 0, "group_id_to_child": {"1": "vertical@va", "2": "vertical@vb"}},
        children=[make_unit("va", problem("pa")), make_unit("vb", problem("pb", weight=3))],
    )
    library = Node(
        "library_content", "lib", {"max_count": 1}, children=[problem(f"l{n}") for n in range(3)]
    )
    graded = {"graded": True, "format": "Homework"}
    later = (NOW + timedelta(days=3)).isoformat()
    return make_course(
        f"course-v1:Any+Order{name or next(_numbers)}+R",
        sections=[
            section(
                "c",
                subsection("q0", make_unit("u0", problem("p0"), problem("p1", weight=2)), **graded),
                subsection("q1", make_unit("u1", problem("p2"), library), start=later, **graded),
            ),
            section("d", subsection("q2", split, **graded), subsection("q3", problem("p3"))),
        ],
        policy=POLICY,
        settings={"user_partitions": PARTITIONS},
    )


def is_current(row: Any, context: LearnerContext, now: datetime) -> bool:
    """Tell whether the stamp of a stored grade is that of now."""
    stamp = Stamp(row.version, row.audience, row.valid_from, row.valid_until)
    return stamp.holds(stamp_of(outline_of(context), context.viewer, now), now)


def check_learner(context: LearnerContext, now: datetime) -> None:
    """Check what is stored for a learner against two calculations from the scores."""
    outline, viewer = outline_of(context), context.viewer
    assert viewer.user_id is not None
    ledger = read_ledger(context.run.id, viewer.user_id)
    view = grade_course(outline, viewer, ledger.scores, now)
    if not viewer.is_staff and viewer.is_enrolled:
        expected = oracle.course_total(outline, viewer, ledger.scores, outline.policy, now)
        assert view.unrounded == pytest.approx(float(expected), abs=oracle.TOLERANCE), (
            f"{view.unrounded} is not {float(expected)} for {viewer} at {now}"
        )
    place = {"run_id": context.run.id, "learner_id": viewer.user_id}
    course = CourseGradeRow.objects.filter(**place).first()
    if course is None or not is_current(course, context, now):
        return
    stored = (course.percent, course.letter, course.is_passing)
    assert stored == (view.percent, view.letter, view.is_passing)
    grades = {str(grade.key): grade for grade in view.subsections}
    rows = SubsectionGradeRow.objects.filter(**place, generation=course.generation)
    for row in rows:
        grade = grades[row.block]
        assert (row.earned, row.possible) == (grade.total.earned, grade.total.possible)
        assert row.graded_earned == grade.graded_total.earned
        assert row.graded_possible == grade.graded_total.possible
    attempted = {str(grade.key) for grade in view.subsections if grade.is_attempted}
    assert attempted <= {row.block for row in rows}


def check_first_passes(course: CourseKey) -> None:
    """Check that each learner with ``passed_at`` passed for the first time once, and no other."""
    events = map(json.loads, OutboxEvent.objects.values_list("line", flat=True))
    passes = Counter(
        event["event"]["user_id"]
        for event in events
        if event["event_type"] == "edx.course.grade.passed.first_time"
        and event["event"]["course_id"] == str(course)
    )
    passed = CourseGradeRow.objects.filter(
        run__head__course_key=str(course), passed_at__isnull=False
    ).values_list("learner_id", flat=True)
    assert passes == Counter(list(passed))
