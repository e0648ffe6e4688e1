"""Scores become grades in one transaction; reading them costs as few statements as it can."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from common.content.api import get_heads
from common.content.tests.factories import make_course, problem, section, subsection
from common.core.keys import CourseKey
from common.courses.api import get_run
from common.enrollments.api import get_learner_context, lock_enrollment
from common.enrollments.tests.factories import make_learner
from common.grading.api import (
    ScoreInput,
    ScoreOutcome,
    find_scores,
    find_stored_grade,
    list_scores_of_block,
    record_score,
    update_grades,
)
from common.grading.errors import InvalidScoreError
from common.grading.models import CourseGradeRow, Score, SubsectionGradeRow
from common.grading.tests.factories import (
    NOW,
    POLICY,
    answer,
    grade_of,
    key_of,
    make_graded_course,
    outline_of,
)
from common.tracking.models import OutboxEvent

pytestmark = pytest.mark.django_db


def event_types() -> list[str]:
    return [
        json.loads(line)["event_type"]
        for line in OutboxEvent.objects.values_list("line", flat=True)
    ]


@pytest.fixture
def course() -> CourseKey:
    return make_graded_course()


@pytest.fixture
def user(course: CourseKey) -> Any:
    return make_learner(course)


def test_an_answer_moves_every_grade(course: CourseKey, user: Any) -> None:
    update = answer(course, user, "p0_0")

    assert update.view.percent == 0.25
    assert update.before is None
    assert Score.objects.get().raw_earned == 1
    row = SubsectionGradeRow.objects.get()
    assert (row.block, row.graded_earned, row.graded_possible) == ("sequential@q0", 1, 2)
    assert CourseGradeRow.objects.get().percent == 0.25


def test_only_the_touched_subsection_is_written(course: CourseKey, user: Any) -> None:
    answer(course, user, "p0_0")
    answer(course, user, "p1_0", now=NOW + timedelta(hours=1))

    updated = dict(SubsectionGradeRow.objects.values_list("block", "updated_at"))

    assert updated == {"sequential@q0": NOW, "sequential@q1": NOW + timedelta(hours=1)}


def test_the_first_attempt_stays(course: CourseKey, user: Any) -> None:
    answer(course, user, "p0_0", 0)
    answer(course, user, "p0_0", 1, now=NOW + timedelta(hours=1))

    assert SubsectionGradeRow.objects.get().first_attempted_at == NOW


@pytest.mark.parametrize(
    ("first", "second", "options", "outcome", "kept"),
    [
        pytest.param((1, 2), (2, 2), {}, "stored", (2, 2), id="a better score"),
        pytest.param((2, 2), (1, 2), {}, "stored", (1, 2), id="a worse one replaces it too"),
        pytest.param((1, 2), (1, 2), {}, "unchanged", (1, 2), id="the same again"),
        pytest.param(
            (1, 2), (1, 4), {"only_if_higher": True}, "kept_higher", (1, 2), id="shares compare"
        ),
        pytest.param(
            (1, 2), (3, 4), {"only_if_higher": True}, "stored", (3, 4), id="a higher share"
        ),
        pytest.param((1, 2), (0, 0), {"deleted": True}, "deleted", None, id="deleted"),
        pytest.param((1, 2), (4, 9), {"is_weighted": True}, "stored", (4, 9), id="a tool's score"),
    ],
)
def test_what_becomes_of_a_second_score(
    course: CourseKey,
    user: Any,
    first: tuple[float, float],
    second: tuple[float, float],
    options: dict[str, Any],
    outcome: str,
    kept: tuple[float, float] | None,
) -> None:
    answer(course, user, "p0_0", *first)

    update = answer(course, user, "p0_0", *second, **options)

    scores = find_scores(get_run(course).id, user.pk, [key_of("p0_0")])
    stored = [(score.raw_earned, score.raw_possible) for score in scores.values()]
    assert update.changes[0].outcome == outcome
    assert stored == ([] if kept is None else [kept])
    assert update.view.grade == grade_of(course, user).grade


def test_a_tool_s_score_takes_precedence_and_no_weight() -> None:
    weighted = subsection("q", problem("p", weight=10), graded=True, format="Homework")
    course = make_course(sections=[section("c", weighted)], policy=POLICY)
    user = make_learner(course)

    answer(course, user, "p", 3, 5, is_weighted=True)
    update = answer(course, user, "p", 0, 1)

    (shown,) = update.view.subsections[0].problems
    assert update.changes[0].outcome is ScoreOutcome.KEPT_WEIGHTED
    assert (shown.points.earned, shown.points.possible) == (3, 5)


@pytest.mark.parametrize(
    ("earned", "possible"),
    [(-1, 1), (1, -1), (float("inf"), 1), (float("nan"), 1), (1e300, 1), (1, 1e300), (1, 1e-300)],
)
def test_impossible_scores_are_refused(earned: float, possible: float) -> None:
    with pytest.raises(InvalidScoreError):
        ScoreInput(key_of("p"), earned, possible, "v")


def test_a_score_of_a_block_outside_the_course_counts_nothing(course: CourseKey, user: Any) -> None:
    answer(course, user, "p0_0")

    assert answer(course, user, "elsewhere").view.percent == 0.25


def test_the_breakdown_shows_each_problem(course: CourseKey, user: Any) -> None:
    answer(course, user, "p0_1", 0.5)

    view = grade_of(course, user)

    first, second = view.subsections
    assert [(p.key, p.points.earned, p.is_attempted) for p in first.problems] == [
        (key_of("p0_0"), 0, False),
        (key_of("p0_1"), 0.5, True),
    ]
    assert (first.display_name, first.fraction, second.fraction) == ("Homework 0", 0.25, 0)
    assert [(mark.label, mark.fraction) for mark in view.types[0].marks] == [
        ("HW 01", 0.25),
        ("HW 02", 0),
    ]
    assert view.unrounded == 0.125
    assert view.percent == 0.13


def test_passing_is_told_once(course: CourseKey, user: Any) -> None:
    def passing() -> list[str]:
        prefix = "edx.course.grade."
        return [name.removeprefix(prefix) for name in event_types() if name.startswith(prefix)]

    answer(course, user, "p0_0")
    assert passing() == []
    answer(course, user, "p0_1")
    answer(course, user, "p1_0")
    assert passing() == ["passed.first_time", "now_passed"]
    passed_at = CourseGradeRow.objects.get().passed_at
    answer(course, user, "p0_0", 0)
    answer(course, user, "p0_1", 0)
    assert passing() == ["passed.first_time", "now_passed", "now_failed"]
    answer(course, user, "p0_0", 1, now=NOW + timedelta(days=1))
    assert passing()[3:] == ["now_passed"]
    assert CourseGradeRow.objects.get().passed_at == passed_at == NOW


def test_a_submission_tells_score_subsection_and_course(course: CourseKey, user: Any) -> None:
    OutboxEvent.objects.all().delete()

    answer(course, user, "p0_0")

    lines = [json.loads(line) for line in OutboxEvent.objects.values_list("line", flat=True)]
    assert [line["event_type"] for line in lines] == [
        "edx.grades.problem.submitted",
        "edx.grades.subsection.grade_calculated",
        "edx.grades.course.grade_calculated",
    ]
    assert len({line["event"]["event_transaction_id"] for line in lines}) == 1
    assert lines[0]["event"] == {
        "course_id": str(course),
        "user_id": user.pk,
        "event_transaction_id": lines[0]["event"]["event_transaction_id"],
        "event_transaction_type": "edx.grades.problem.submitted",
        "problem_id": str(course.make_usage_key("problem", "p0_0")),
        "weight": None,
        "weighted_earned": 1,
        "weighted_possible": 1,
    }


def test_recording_costs_the_same_in_any_course(django_assert_num_queries: Any) -> None:
    for number, (subsections, problems) in enumerate([(1, 1), (20, 10)]):
        course = make_graded_course(
            subsections=subsections, problems=problems, course_key=f"course-v1:O+C{number}+R"
        )
        user = make_learner(course)
        for place in range(min(problems, 3)):
            answer(course, user, f"p0_{place}")
        context = get_learner_context(course, user)

        # Savepoint in and out, the lock; scores and grade read; scores, subsections, course and
        # events written.
        with django_assert_num_queries(8):
            answer(course, user, "p0_0", 0.5, context=context)


def test_reading_costs_one_statement_in_any_course(django_assert_num_queries: Any) -> None:
    for number, subsections in enumerate([1, 30]):
        course = make_graded_course(subsections=subsections, course_key=f"course-v1:O+C{number}+R")
        user = make_learner(course)
        answer(course, user, "p0_0")
        grade_of(course, user)

        # The learner's context, then the scores.
        with django_assert_num_queries(3):
            grade_of(course, user)


def test_the_two_steps_give_the_same_as_the_one(course: CourseKey, user: Any) -> None:
    context = get_learner_context(course, user)
    outline = outline_of(context)
    with transaction.atomic():
        lock_enrollment(context.run.id, user.pk)
        change = record_score(
            run_id=context.run.id,
            learner_id=user.pk,
            key=key_of("p0_0"),
            raw_earned=1,
            raw_possible=1,
            version=outline.version,
            now=NOW,
        )
        grade = update_grades(
            run=context.run,
            learner_id=user.pk,
            outline=outline,
            viewer=context.viewer,
            changed=[key_of("p0_0")],
            now=NOW,
        )

    assert change.outcome is ScoreOutcome.STORED
    assert grade == grade_of(course, user).grade
    stored = find_stored_grade(context.run.id, user.pk)
    assert stored is not None
    assert stored.percent == grade.percent
    assert stored.stamp.version == get_heads(course).published


def test_scores_of_a_block_are_paged_by_learner(course: CourseKey) -> None:
    users = [make_learner(course) for _ in range(3)]
    for person in users:
        answer(course, person, "p0_0")
    run_id = get_run(course).id

    first = list_scores_of_block(run_id, key_of("p0_0"), limit=2)
    rest = list_scores_of_block(run_id, key_of("p0_0"), after=first[-1][0], limit=2)

    assert [learner for learner, _ in first + rest] == [person.pk for person in users]
