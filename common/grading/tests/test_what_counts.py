"""Which blocks count in a learner's grade: seen by them, graded, drawn for them, and when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.content.tests.factories import Node, html, make_course, problem, section, subsection
from common.content.tests.factories import unit as make_unit
from common.enrollments.api import get_learner_context
from common.enrollments.tests.factories import make_learner
from common.grading.api import (
    get_grade_summary,
)
from common.grading.tests.factories import (
    HOMEWORK,
    NOW,
    POLICY,
    answer,
    grade_of,
    outline_of,
)

pytestmark = pytest.mark.django_db


def test_own_graded_false_is_shown_and_not_counted() -> None:
    inner = [problem("p"), problem("extra", graded=False), html("h")]
    course = make_course(
        sections=[section("c", subsection("q", *inner, graded=True, format="Homework"))],
        policy=POLICY,
    )
    user = make_learner(course)

    update = answer(course, user, "extra")

    (grade,) = update.view.subsections
    assert (grade.total.earned, grade.total.possible) == (1, 2)
    assert (grade.graded_total.earned, grade.graded_total.possible) == (0, 1)
    assert [problem.counts for problem in grade.problems] == [True, False]


def test_what_a_learner_does_not_see_does_not_count() -> None:
    inner = [
        problem("open"),
        problem("staff", visible_to_staff_only=True),
        problem("later", start="2026-06-01T00:00:00Z"),
    ]
    course = make_course(
        sections=[section("c", subsection("q", *inner, graded=True, format="Homework"))],
        policy=POLICY,
    )
    user = make_learner(course)
    answer(course, user, "open")

    before = grade_of(course, user).subsections[0].graded_total
    after = grade_of(course, user, NOW + timedelta(days=120)).subsections[0].graded_total

    assert (before.earned, before.possible) == (1, 1)
    assert (after.earned, after.possible) == (1, 2)


def test_a_date_that_passes_makes_the_stored_grade_stale() -> None:
    late = subsection("q1", problem("p1"), graded=True, format="Homework", start="2026-06-01")
    early = subsection("q0", problem("p0"), graded=True, format="Homework")
    policy = {**POLICY, "GRADER": [{**HOMEWORK, "min_count": 0}]}
    course = make_course(sections=[section("c", early, late)], policy=policy)
    user = make_learner(course)
    answer(course, user, "p0")
    context = get_learner_context(course, user)

    def summary(now: Any) -> tuple[float, int]:
        with CaptureQueriesContext(connection) as queries:
            grade = get_grade_summary(
                context.run, user.pk, outline_of(context), context.viewer, now
            )
        return grade.percent, len(queries)

    assert summary(NOW) == (1.0, 1)
    assert summary(NOW + timedelta(days=120)) == (0.5, 2)


def test_show_correctness_hides_scores_not_grades() -> None:
    past, never = NOW - timedelta(days=1), {"show_correctness": "never"}
    inner = [
        subsection("q0", problem("p0"), graded=True, format="Homework", **never),
        subsection(
            "q1",
            problem("p1"),
            graded=True,
            format="Homework",
            show_correctness="past_due",
            due=past.isoformat(),
        ),
    ]
    course = make_course(sections=[section("c", *inner)], policy=POLICY)
    user = make_learner(course)
    answer(course, user, "p0")

    hidden, shown = grade_of(course, user).subsections

    assert hidden.fraction == 1
    assert hidden.why_hidden(NOW) == "always"
    assert not hidden.why_hidden(NOW, is_staff=True)
    assert not shown.why_hidden(NOW)
    assert shown.why_hidden(past - timedelta(seconds=1)) == "until_due"


def test_library_content_counts_what_the_learner_was_given() -> None:
    library = Node(
        "library_content", "lib", {"max_count": 2}, children=[problem(f"p{n}") for n in range(5)]
    )
    inner = subsection("q", make_unit("u", library), graded=True, format="Homework")
    course = make_course(sections=[section("c", inner)], policy=POLICY)

    grades = [grade_of(course, make_learner(course)).subsections[0] for _ in range(3)]

    assert {grade.graded_total.possible for grade in grades} == {2}


def test_split_test_counts_the_learner_s_branch() -> None:
    split = Node(
        "split_test",
        "split",
        {
            "user_partition_id": 0,
            "group_id_to_child": {"1": "vertical@a", "2": "vertical@b"},
        },
        children=[
            make_unit("a", problem("pa")),
            make_unit("b", problem("pb0"), problem("pb1")),
        ],
    )
    partitions = [
        {
            "id": 0,
            "name": "T",
            "scheme": "random",
            "groups": [{"id": n, "name": "G"} for n in (1, 2)],
        }
    ]
    course = make_course(
        sections=[section("c", subsection("q", split, graded=True, format="Homework"))],
        policy=POLICY,
        settings={"user_partitions": partitions},
    )

    seen = {
        tuple(problem.key.block_id for problem in grade.subsections[0].problems)
        for grade in (grade_of(course, make_learner(course)) for _ in range(12))
    }

    assert seen == {("pa",), ("pb0", "pb1")}
