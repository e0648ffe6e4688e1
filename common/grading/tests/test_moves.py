"""Stored grades follow those who move: to another group, role or mode, or out of the course."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from common.accounts.api import Role, grant_role, revoke_role
from common.content.tests.factories import Node, make_course, problem, section, subsection
from common.content.tests.factories import unit as make_unit
from common.core.keys import CourseKey
from common.courses.api import assign_group, get_run, remove_group
from common.enrollments.api import enroll, get_learner_context, get_viewers, unenroll
from common.enrollments.tests.factories import make_learner
from common.grading.api import find_stored_grade, get_grade_summary, stamp_of
from common.grading.gradebook import grade_course
from common.grading.ledger import read_scores
from common.grading.models import CourseGradeRow
from common.grading.repair import queue_due_restamps
from common.grading.restamp import KIND, Walked, restamp_batch, restamp_learners
from common.grading.tests.factories import POLICY, answer, outline_of
from common.tasks.api import JobState, find_jobs, run_job

pytestmark = pytest.mark.django_db

Commits = Callable[..., Any]
# Content for a cohort, a mode, staff and early beta testers; each block moves the grade.
TRACK = {
    "id": 50,
    "name": "Track",
    "scheme": "enrollment_track",
    "groups": [{"id": 2, "name": "V"}],
}
COHORT = {"id": 1, "name": "C", "scheme": "cohort", "groups": [{"id": 1, "name": "A"}]}
SETTINGS = {
    "user_partitions": [TRACK, COHORT],
    "days_early_for_beta": 36500,
}


def make_moving_course() -> CourseKey:
    blocks: list[Node] = [
        problem("p"),
        problem("cohort", group_access={"1": [1]}),
        problem("verified", group_access={"50": [2]}),
        problem("staff", visible_to_staff_only=True),
        problem("early", start="2100-01-01T00:00:00Z"),
    ]
    inner = subsection("q", make_unit("u", *blocks), graded=True, format="Homework")
    return make_course(sections=[section("c", inner)], policy=POLICY, settings=SETTINGS)


@pytest.fixture
def course() -> CourseKey:
    return make_moving_course()


@pytest.fixture
def user(course: CourseKey) -> Any:
    person = make_learner(course)
    answer(course, person, "p", now=timezone.now())
    return person


def into_cohort(course: CourseKey, user: Any) -> None:
    assign_group(
        run_id=get_run(course).id,
        learner_id=user.pk,
        partition_id=1,
        group_id=1,
        now=timezone.now(),
    )


def set_flag(user: Any, **flags: bool) -> None:
    person = get_user_model()._default_manager.get(pk=user.pk)
    for name, value in flags.items():
        setattr(person, name, value)
    person.save()


MOVES = {
    "into a cohort": into_cohort,
    "to another mode": lambda course, user: enroll(
        course, user, now=timezone.now(), mode="verified", check=False
    ),
    "to beta tester": lambda course, user: grant_role(
        user_id=user.pk, role=Role.BETA_TESTER, course_key=course
    ),
    "to staff of the course": lambda course, user: grant_role(
        user_id=user.pk, role=Role.STAFF, course_key=course
    ),
    "to staff of the organisation": lambda course, user: grant_role(
        user_id=user.pk, role=Role.STAFF, org=course.org
    ),
    "to global staff": lambda course, user: set_flag(user, is_staff=True),
}
BACK = {
    "out of the cohort": (
        into_cohort,
        lambda course, user: remove_group(
            run_id=get_run(course).id, learner_id=user.pk, partition_id=1
        ),
    ),
    "out of the mode, by leaving": (
        MOVES["to another mode"],
        lambda course, user: unenroll(course, user, now=timezone.now()),
    ),
    "no more beta tester": (
        MOVES["to beta tester"],
        lambda course, user: revoke_role(user_id=user.pk, role=Role.BETA_TESTER, course_key=course),
    ),
    "no more staff": (
        MOVES["to staff of the course"],
        lambda course, user: revoke_role(user_id=user.pk, role=Role.STAFF, course_key=course),
    ),
    "no more global staff": (
        MOVES["to global staff"],
        lambda course, user: set_flag(user, is_staff=False),
    ),
}


def stored(course: CourseKey, user: Any) -> float:
    found = find_stored_grade(get_run(course).id, user.pk)
    assert found is not None
    return found.percent


def computed(course: CourseKey, user: Any) -> float:
    user.refresh_from_db()
    context, now = get_learner_context(course, user), timezone.now()
    scores = read_scores(context.run.id, user.pk)
    return grade_course(outline_of(context), context.viewer, scores, now).percent


def is_current(course: CourseKey, user: Any) -> bool:
    user.refresh_from_db()
    context, now = get_learner_context(course, user), timezone.now()
    found = find_stored_grade(context.run.id, user.pk)
    assert found is not None
    return found.stamp.holds(stamp_of(outline_of(context), context.viewer, now), now)


def run_queued() -> int:
    queued = find_jobs(kinds=[KIND], states=[JobState.QUEUED])
    for job in queued:
        assert run_job(job.id).state is JobState.SUCCEEDED
    return len(queued)


@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES)
def test_a_move_brings_the_stored_grade_to_what_is_seen_now(
    course: CourseKey, user: Any, move: Any, django_capture_on_commit_callbacks: Commits
) -> None:
    before = stored(course, user)

    with django_capture_on_commit_callbacks(execute=True):
        move(course, user)

    assert not is_current(course, user)
    assert run_queued() == 1
    assert is_current(course, user)
    assert stored(course, user) == computed(course, user) != before


@pytest.mark.parametrize(("there", "back"), BACK.values(), ids=BACK)
def test_a_move_back_brings_it_back(
    course: CourseKey,
    user: Any,
    there: Any,
    back: Any,
    django_capture_on_commit_callbacks: Commits,
) -> None:
    before = stored(course, user)
    there(course, user)
    restamp_batch(course, after=0, now=timezone.now())
    assert stored(course, user) != before

    with django_capture_on_commit_callbacks(execute=True):
        back(course, user)

    assert run_queued() == 1
    assert is_current(course, user)
    assert stored(course, user) == computed(course, user) == before


def test_many_moves_queue_one_job(
    course: CourseKey, django_capture_on_commit_callbacks: Commits
) -> None:
    users = [make_learner(course) for _ in range(3)]
    for person in users:
        answer(course, person, "p", now=timezone.now())

    with django_capture_on_commit_callbacks(execute=True):
        for person in users:
            into_cohort(course, person)
            into_cohort(course, person)

    (queued,) = find_jobs(kinds=[KIND])
    assert run_job(queued.id).done == 3
    assert all(is_current(course, person) for person in users)


def test_a_move_regrades_nobody_else(course: CourseKey, user: Any) -> None:
    other = make_learner(course)
    answer(course, other, "p", now=timezone.now())
    CourseGradeRow.objects.filter(learner_id=other.pk).update(percent=0.99)
    into_cohort(course, user)

    assert restamp_batch(course, after=0, now=timezone.now(), only_due=True) == Walked(0, 1)
    assert stored(course, other) == 0.99


def test_who_never_answered_costs_no_job(
    course: CourseKey, django_capture_on_commit_callbacks: Commits
) -> None:
    person = make_learner(course)

    with django_capture_on_commit_callbacks(execute=True):
        into_cohort(course, person)
        unenroll(course, person, now=timezone.now())

    assert find_jobs(kinds=[KIND]) == []


def test_the_sweep_finds_a_move_whose_process_died_before_it_queued_the_job(
    course: CourseKey, user: Any
) -> None:
    into_cohort(course, user)
    assert find_jobs(kinds=[KIND]) == []  # nothing is run on commit in this test

    assert queue_due_restamps(timezone.now()) == 1
    run_queued()

    assert is_current(course, user)
    assert queue_due_restamps(timezone.now()) == 0


def test_a_move_that_is_taken_back_leaves_the_grade(course: CourseKey, user: Any) -> None:
    def move_and_fail() -> None:
        with transaction.atomic():
            into_cohort(course, user)
            raise ValueError("the page failed afterwards")

    with pytest.raises(ValueError, match="afterwards"):
        move_and_fail()

    assert is_current(course, user)
    assert get_learner_context(course, user).viewer.standing == 0


def test_readers_do_not_wait_for_the_job(course: CourseKey, user: Any) -> None:
    into_cohort(course, user)

    context, now = get_learner_context(course, user), timezone.now()
    shown = get_grade_summary(context.run, user.pk, outline_of(context), context.viewer, now)

    assert shown.percent == computed(course, user) != stored(course, user)


def test_a_restamp_that_was_overtaken_by_a_move_writes_nothing(
    course: CourseKey, user: Any
) -> None:
    """The job read the learner's groups, then they moved: its result would be of the old ones."""
    context = get_learner_context(course, user)
    viewers = get_viewers(context.run.id, course, [user.pk])
    into_cohort(course, user)

    done = restamp_learners(
        context.run, outline_of(context), viewers, [user.pk], now=timezone.now()
    )

    assert done == 0
    assert queue_due_restamps(timezone.now()) == 1


def test_a_login_is_no_move(user: Any, course: CourseKey) -> None:
    person = get_user_model()._default_manager.get(pk=user.pk)
    person.last_login = timezone.now()
    person.save(update_fields=["last_login"])
    person.first_name = "Ada"
    person.save()

    assert get_learner_context(course, user).viewer.standing == 0
    assert is_current(course, user)
