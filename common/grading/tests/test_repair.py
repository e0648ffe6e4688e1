"""Grades that no job brought up to date are found by their stamps and repaired."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common.content.api import apply_operations, get_heads, publish
from common.content.operations import SetFields
from common.core.keys import CourseKey
from common.courses.api import get_run
from common.enrollments.models import Enrollment
from common.enrollments.tests.factories import make_learner
from common.grading import gradebook, repair, tasks
from common.grading.api import find_stored_grade
from common.grading.models import CourseGradeRow
from common.grading.repair import PAUSE, queue_stale_restamps
from common.grading.restamp import KIND, restamp_batch
from common.grading.tests.factories import NOW, answer, grade_of, key_of, make_graded_course
from common.tasks.api import JobState, find_jobs, request_cancel, run_job
from common.tasks.models import Job

pytestmark = pytest.mark.django_db


def publish_weight(course: CourseKey, weight: int) -> None:
    """Publish another weight of the first problem."""
    change = SetFields(key_of("p0_0"), {"weight": weight})
    apply_operations(course, [change], author_id=None, message="")
    publish(course, author_id=None, message="")


def fail_for_good(course: CourseKey, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work on the waiting restamp until it has failed so often that nobody tries again."""

    def breaks(*_args: Any, **_options: Any) -> Any:
        raise OSError("the disk is on fire")

    (queued,) = find_jobs(kinds=[KIND], states=[JobState.QUEUED])
    with monkeypatch.context() as broken:
        broken.setattr(tasks, "restamp_batch", breaks)
        for _ in range(10):
            Job.objects.filter(id=queued.id).update(run_after=timezone.now())
            if run_job(queued.id).state is JobState.FAILED:
                return
    pytest.fail("the job never gave up")


@pytest.fixture
def course() -> CourseKey:
    return make_graded_course()


def test_grades_whose_job_failed_for_good_are_repaired(
    course: CourseKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_learner(course)
    answer(course, user, "p0_0")
    publish_weight(course, 3)
    fail_for_good(course, monkeypatch)
    later = timezone.now() + PAUSE + timedelta(seconds=1)

    assert queue_stale_restamps(later) == 1

    (queued,) = find_jobs(kinds=[KIND], states=[JobState.QUEUED])
    assert run_job(queued.id).state is JobState.SUCCEEDED
    stored = find_stored_grade(get_run(course).id, user.pk)
    assert stored is not None
    assert stored.stamp.version == get_heads(course).published
    assert stored.percent == grade_of(course, user).percent == 0.38
    assert queue_stale_restamps(later) == 0


def test_a_job_that_failed_a_moment_ago_rests(
    course: CourseKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(course, make_learner(course), "p0_0")
    publish_weight(course, 3)
    fail_for_good(course, monkeypatch)

    assert queue_stale_restamps(timezone.now()) == 0


def test_runs_that_fail_keep_no_other_from_its_turn(
    course: CourseKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repair, "RUNS", 1)
    answer(course, make_learner(course), "p0_0")
    publish_weight(course, 3)
    fail_for_good(course, monkeypatch)
    other = make_graded_course(course_key="course-v1:Lyceum+Other+2026")
    answer(other, make_learner(other), "p0_0")
    CourseGradeRow.objects.filter(run=get_run(other).id).update(version="0" * 64)

    assert queue_stale_restamps(timezone.now()) == 1
    (queued,) = find_jobs(kinds=[KIND], states=[JobState.QUEUED])
    assert queued.course_key == str(other)


def test_a_cancelled_job_rests_too(course: CourseKey) -> None:
    answer(course, make_learner(course), "p0_0")
    publish_weight(course, 3)
    (queued,) = find_jobs(kinds=[KIND], states=[JobState.QUEUED])
    request_cancel(queued.id)

    assert queue_stale_restamps(timezone.now()) == 0
    assert queue_stale_restamps(timezone.now() + PAUSE * 2) == 1


def test_a_job_that_waits_is_not_followed_by_another(course: CourseKey) -> None:
    answer(course, make_learner(course), "p0_0")
    publish_weight(course, 3)

    assert queue_stale_restamps(timezone.now()) == 0
    assert len(find_jobs(kinds=[KIND])) == 1


def test_one_stale_grade_among_current_ones_is_found_on_either_side(course: CourseKey) -> None:
    users = [make_learner(course) for _ in range(3)]
    for user in users:
        answer(course, user, "p0_0")
    published = get_heads(course).published
    assert queue_stale_restamps(timezone.now()) == 0
    for number, version in enumerate(["0" * 64, "f" * 64]):
        CourseGradeRow.objects.filter(learner_id=users[number].pk).update(version=version)
        assert queue_stale_restamps(timezone.now()) == 1
        Job.objects.all().delete()
        CourseGradeRow.objects.update(version=published)


def test_grades_without_an_enrollment_do_not_come_back(
    course: CourseKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(course, make_learner(course), "p0_0")
    Enrollment.objects.all().delete()
    publish_weight(course, 3)
    restamp_batch(course, after=0, now=NOW)
    Job.objects.all().delete()

    assert queue_stale_restamps(timezone.now()) == 0
    monkeypatch.setattr(gradebook, "RULES", 2)
    assert queue_stale_restamps(timezone.now()) == 0


@pytest.mark.parametrize("rules", range(2, 8))
def test_grades_made_by_other_rules_are_repaired(
    course: CourseKey, monkeypatch: pytest.MonkeyPatch, rules: int
) -> None:
    user = make_learner(course)
    answer(course, user, "p0_0")
    monkeypatch.setattr(gradebook, "RULES", rules)

    assert queue_stale_restamps(timezone.now()) == 1
    (queued,) = find_jobs(kinds=[KIND], states=[JobState.QUEUED])
    assert run_job(queued.id).done == 1
    assert queue_stale_restamps(timezone.now()) == 0


def test_grades_of_other_installed_packages_are_repaired(
    course: CourseKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(course, make_learner(course), "p0_0")
    monkeypatch.setattr("common.courses.outline._fingerprint", "another")

    assert queue_stale_restamps(timezone.now()) == 1


def test_the_sweep_reads_the_ends_of_two_indexes_for_a_run(course: CourseKey) -> None:
    answer(course, make_learner(course), "p0_0")
    with CaptureQueriesContext(
        connection,
    ) as captured:
        queue_stale_restamps(timezone.now())
    (statement,) = [query["sql"] for query in captured]

    with connection.cursor() as cursor:
        cursor.execute(
            f"EXPLAIN {'QUERY PLAN ' if connection.vendor == 'sqlite' else ''}{statement}"
        )
        plan = [" ".join(map(str, row)) for row in cursor.fetchall()]

    grades = [line for line in plan if "grading_coursegrade" in line]
    assert grades
    indexes = ("grading_coursegrade_version", "grading_coursegrade_rules")
    assert all(any(index in line for index in indexes) for line in grades)
    assert not any("filesort" in line or "TEMP B-TREE" in line for line in plan)
