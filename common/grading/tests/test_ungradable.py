"""A learner who cannot be graded holds up nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from common.content.api import apply_operations, get_heads, publish
from common.content.operations import SetFields
from common.core.keys import CourseKey
from common.courses.api import get_run
from common.enrollments.tests.factories import make_learner
from common.grading import restamp, tasks
from common.grading.api import find_stored_grade
from common.grading.models import Score
from common.grading.repair import PAUSE, queue_stale_restamps
from common.grading.restamp import KIND
from common.grading.tests.factories import answer, key_of, make_graded_course
from common.tasks.api import JobState, find_jobs, run_job

pytestmark = pytest.mark.django_db


@pytest.fixture
def course() -> CourseKey:
    return make_graded_course()


def spoil(user: Any) -> None:
    """Leave a score of which no grade can be made, as a hand or another program may."""
    Score.objects.filter(learner=user).update(raw_earned=-1)


def restamp_all(course: CourseKey, learners: list[Any], spoilt: list[Any]) -> Any:
    """Publish another weight, spoil some scores, run the job and return how it stands."""
    for user in learners:
        answer(course, user, "p0_0")
    for user in spoilt:
        spoil(user)
    change = SetFields(key_of("p0_0"), {"weight": 3})
    apply_operations(course, [change], author_id=None, message="")
    publish(course, author_id=None, message="")
    (queued,) = find_jobs(kinds=[KIND], states=[JobState.QUEUED])
    return run_job(queued.id)


def current(course: CourseKey, learners: list[Any]) -> list[Any]:
    """Return those whose stored grade is of the published version."""
    found = [(user, find_stored_grade(get_run(course).id, user.pk)) for user in learners]
    published = get_heads(course).published
    return [user for user, grade in found if grade and grade.stamp.version == published]


@pytest.mark.parametrize("size", [1, 2, 10])
def test_the_others_are_graded_and_the_job_says_who_was_not(
    course: CourseKey, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(restamp, "CHUNK", size)
    learners = [make_learner(course) for _ in range(5)]
    ended = restamp_all(course, learners, [learners[1], learners[4]])

    assert current(course, learners) == [learners[0], learners[2], learners[3]]
    assert ended.state is JobState.FAILED
    assert f"{learners[1].pk}, {learners[4].pk}" in ended.error


def test_who_was_left_out_in_an_earlier_step_is_told_of_at_the_end(
    course: CourseKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restamp, "CHUNK", 1)
    monkeypatch.setattr(restamp, "STEP_SECONDS", -1.0)
    monkeypatch.setattr(tasks, "_NAMED", 1)
    learners = [make_learner(course) for _ in range(4)]
    ended = restamp_all(course, learners, learners[:2])

    assert current(course, learners) == learners[2:]
    assert "2 learners" in ended.error
    assert f"{learners[0].pk} …" in ended.error


def test_the_sweep_tries_again_after_a_while(course: CourseKey) -> None:
    learners = [make_learner(course) for _ in range(2)]
    restamp_all(course, learners, learners[:1])

    assert queue_stale_restamps(timezone.now()) == 0
    Score.objects.filter(learner=learners[0]).update(raw_earned=1)
    assert queue_stale_restamps(timezone.now() + PAUSE) == 1
    (queued,) = find_jobs(kinds=[KIND], states=[JobState.QUEUED])
    assert run_job(queued.id).state is JobState.SUCCEEDED
    assert current(course, learners) == learners


def test_where_nobody_can_be_graded_the_job_fails_as_it_is(
    course: CourseKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restamp, "TOO_MANY", 2)
    learners = [make_learner(course) for _ in range(3)]
    waiting = restamp_all(course, learners, learners)

    assert (waiting.state, waiting.attempts) == (JobState.QUEUED, 1)
    assert "UngradableError" in waiting.error
