"""Stored grades follow a publish, a group move and a passing date, by a job."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from common.content.api import apply_operations, get_heads, publish
from common.content.course_operations import SetPolicy
from common.content.operations import SetFields
from common.core.keys import CourseKey
from common.courses.api import assign_group, get_run
from common.enrollments.api import get_learner_context, unenroll
from common.enrollments.models import Enrollment
from common.enrollments.tests.factories import make_learner
from common.grading import restamp
from common.grading.api import find_stored_grade, queue_restamp, stamp_of
from common.grading.models import CourseGradeRow
from common.grading.repair import queue_due_restamps
from common.grading.restamp import KIND, Walked, restamp_batch
from common.grading.tests.factories import (
    NOW,
    POLICY,
    answer,
    grade_of,
    key_of,
    make_graded_course,
    outline_of,
)
from common.tasks.api import JobState, find_jobs, run_job
from common.tracking.models import OutboxEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def course() -> CourseKey:
    return make_graded_course()


def is_current(course: CourseKey, user: Any, now: Any = NOW) -> bool:
    context = get_learner_context(course, user)
    stored = find_stored_grade(context.run.id, user.pk)
    assert stored is not None
    return stored.stamp.holds(stamp_of(outline_of(context), context.viewer, now), now)


def make_heavier(course: CourseKey) -> None:
    """Publish a problem of weight 3 in the first subsection."""
    apply_operations(course, [SetFields(key_of("p0_0"), {"weight": 3})], author_id=None, message="")
    publish(course, author_id=None, message="")


def event_types() -> list[str]:
    lines = OutboxEvent.objects.order_by("id").values_list("line", flat=True)
    return [json.loads(line)["event_type"] for line in lines]


def test_publishing_queues_one_job(course: CourseKey) -> None:
    make_heavier(course)
    apply_operations(
        course, [SetPolicy({**POLICY, "GRADE_CUTOFFS": {"A": 0.2}})], author_id=None, message=""
    )

    (queued,) = find_jobs(kinds=[KIND])

    assert queued.course_key == str(course)


def test_drafts_queue_nothing(course: CourseKey) -> None:
    apply_operations(course, [SetFields(key_of("p0_0"), {"weight": 3})], author_id=None, message="")

    assert not find_jobs(kinds=[KIND])


def test_the_job_brings_all_grades_up_to_date(course: CourseKey) -> None:
    users = [make_learner(course) for _ in range(3)]
    for user in users:
        answer(course, user, "p0_0")
    make_heavier(course)
    assert not any(is_current(course, user) for user in users)

    (queued,) = find_jobs(kinds=[KIND])
    job = run_job(queued.id)

    assert (job.state, job.done) == (JobState.SUCCEEDED, 3)
    for user in users:
        stored = find_stored_grade(get_run(course).id, user.pk)
        assert stored is not None
        assert stored.percent == grade_of(course, user).percent == 0.38
        assert stored.stamp.version == get_heads(course).published


def test_large_courses_are_walked_in_batches(
    course: CourseKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = [make_learner(course) for _ in range(5)]
    for user in users:
        answer(course, user, "p0_0")
    make_heavier(course)
    monkeypatch.setattr(restamp, "CHUNK", 1)

    seen, last = [], 0
    while True:
        walked = restamp_batch(course, after=last, now=NOW, limit=2)
        seen.append(walked.done)
        last = walked.last
        if not last:
            break

    assert seen == [2, 2, 1]
    assert all(is_current(course, user) for user in users)


def test_a_step_s_time_ends_it_early(course: CourseKey, monkeypatch: pytest.MonkeyPatch) -> None:
    users = [make_learner(course) for _ in range(3)]
    for user in users:
        answer(course, user, "p0_0")
    make_heavier(course)
    monkeypatch.setattr(restamp, "CHUNK", 1)
    monkeypatch.setattr(restamp, "STEP_SECONDS", -1.0)

    assert restamp_batch(course, after=0, now=NOW) == Walked(users[0].pk, 1)


def test_current_grades_are_not_written_again(
    course: CourseKey, django_assert_num_queries: Any
) -> None:
    user = make_learner(course)
    answer(course, user, "p0_0")

    # The run, the grades, and the four of get_viewers.
    with django_assert_num_queries(6):
        assert restamp_batch(course, after=0, now=NOW) == Walked(0, 0)


def test_statements_do_not_grow_with_the_learners_of_a_chunk(
    course: CourseKey, django_assert_num_queries: Any
) -> None:
    for count in (1, 8):
        for _ in range(count):
            answer(course, make_learner(course), "p0_0")
        make_heavier(course)
        CourseGradeRow.objects.update(version="", percent=0)
        # The six reads; savepoint, lock, ledgers, subsections, courses, events, release.
        with django_assert_num_queries(13):
            restamp_batch(course, after=0, now=NOW)


def test_a_policy_that_lets_learners_pass_says_so_once(course: CourseKey) -> None:
    user = make_learner(course)
    answer(course, user, "p0_0")
    OutboxEvent.objects.all().delete()
    apply_operations(
        course, [SetPolicy({**POLICY, "GRADE_CUTOFFS": {"Pass": 0.2}})], author_id=None, message=""
    )

    for _ in range(3):
        restamp_batch(course, after=0, now=NOW)
        answer(course, user, "p0_0")

    passing = [name for name in event_types() if name.startswith("edx.course.grade.")]
    assert passing == ["edx.course.grade.passed.first_time", "edx.course.grade.now_passed"]
    assert CourseGradeRow.objects.get().passed_at == NOW


def test_a_restamp_that_changes_no_number_tells_nothing(course: CourseKey) -> None:
    user = make_learner(course)
    answer(course, user, "p0_0")
    OutboxEvent.objects.all().delete()
    apply_operations(
        course, [SetFields(key_of("p0_0"), {"display_name": "New"})], author_id=None, message=""
    )
    publish(course, author_id=None, message="")

    assert restamp_batch(course, after=0, now=NOW) == Walked(0, 1)
    assert event_types() == []


def test_a_submission_on_an_old_version_is_restamped(course: CourseKey) -> None:
    user = make_learner(course)
    old = get_learner_context(course, user)
    make_heavier(course)
    (queued,) = find_jobs(kinds=[KIND])
    run_job(queued.id)

    answer(course, user, "p0_0", context=old)

    assert not is_current(course, user)
    (again,) = [job for job in find_jobs(kinds=[KIND]) if job.state is JobState.QUEUED]
    run_job(again.id)
    stored = find_stored_grade(get_run(course).id, user.pk)
    assert stored is not None
    assert stored.percent == 0.38


def test_a_group_move_makes_the_grade_stale() -> None:
    partitions = [{"id": 1, "name": "C", "scheme": "cohort", "groups": [{"id": 1, "name": "A"}]}]
    course = make_graded_course(settings={"user_partitions": partitions})
    apply_operations(
        course,
        [SetFields(key_of("p0_1"), {"group_access": {"1": [1]}})],
        author_id=None,
        message="",
    )
    publish(course, author_id=None, message="")
    user = make_learner(course)
    answer(course, user, "p0_0")
    run_id = get_run(course).id
    assert find_stored_grade(run_id, user.pk).percent == 0.5  # type: ignore[union-attr] # it is there

    assign_group(run_id=run_id, learner_id=user.pk, partition_id=1, group_id=1, now=NOW)

    assert not is_current(course, user)
    restamp_batch(course, after=0, now=NOW)
    assert is_current(course, user)
    assert find_stored_grade(run_id, user.pk).percent == 0.25  # type: ignore[union-attr] # it is there


def test_the_sweep_finds_runs_whose_dates_have_passed() -> None:
    course = make_graded_course()
    apply_operations(
        course,
        [SetFields(key_of("p0_1"), {"start": (NOW + timedelta(days=1)).isoformat()})],
        author_id=None,
        message="",
    )
    publish(course, author_id=None, message="")
    user = make_learner(course)
    answer(course, user, "p0_0")
    for queued in find_jobs(kinds=[KIND]):
        run_job(queued.id)
    answer(course, user, "p0_0", 0.5)
    later = NOW + timedelta(days=2)

    assert queue_due_restamps(NOW) == 0
    assert queue_due_restamps(later) == 1
    restamp_batch(course, after=0, now=later)
    assert queue_due_restamps(later) == 0
    assert is_current(course, user, later)


def test_those_who_left_are_restamped_too(course: CourseKey) -> None:
    user = make_learner(course)
    answer(course, user, "p0_0")
    unenroll(course, user, now=NOW)
    make_heavier(course)

    restamp_batch(course, after=0, now=NOW)

    assert is_current(course, user)


def test_a_grade_without_an_enrollment_is_left_alone_for_good(course: CourseKey) -> None:
    user = make_learner(course)
    answer(course, user, "p0_0")
    Enrollment.objects.all().delete()
    CourseGradeRow.objects.update(valid_until=NOW - timedelta(days=1))

    restamp_batch(course, after=0, now=NOW)

    assert queue_due_restamps(NOW) == 0


def test_a_course_that_is_gone_ends_the_job(course: CourseKey) -> None:
    queue_restamp(CourseKey.from_string("course-v1:No+Such+Run"))
    (queued,) = find_jobs(kinds=[KIND])

    assert run_job(queued.id).state is JobState.SUCCEEDED
