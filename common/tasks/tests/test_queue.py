from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from common.tasks.api import (
    JobNotFoundError,
    JobState,
    JobStateError,
    StepContext,
    StepResult,
    UnknownJobKindError,
    enqueue,
    find_jobs,
    get_job,
    queue_health,
    request_cancel,
    retry,
)
from common.tasks.lease import claim
from common.tasks.models import Job
from common.tasks.tests.conftest import AddKind

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sent", "nothing")]


def finish_at_once(context: StepContext) -> StepResult:
    return StepResult(finished=True)


@pytest.fixture
def nothing(kind: AddKind) -> None:
    kind("test.nothing", finish_at_once)


def test_job_of_a_transaction_that_is_taken_back_never_was(sent: list[object]) -> None:
    with transaction.atomic():
        enqueue(kind="test.nothing", parameters={})
        transaction.set_rollback(True)
    assert (Job.objects.count(), sent) == (0, [])


def test_worker_is_woken_only_when_the_transaction_commits(sent: list[object]) -> None:
    with transaction.atomic():
        job_id = enqueue(kind="test.nothing", parameters={"a": 1}, course_key="course-v1:O+C+R")
        assert sent == []
    assert sent == [job_id]
    job = get_job(job_id)
    assert (job.state, job.parameters, job.course_key) == (
        JobState.QUEUED,
        {"a": 1},
        "course-v1:O+C+R",
    )


def test_kind_that_no_app_knows_is_refused_when_queued() -> None:
    with pytest.raises(UnknownJobKindError):
        enqueue(kind="test.misspelt", parameters={})


def test_one_job_waits_for_a_key_and_takes_the_latest_parameters() -> None:
    first = enqueue(kind="test.nothing", parameters={"version": 1}, dedupe_key="k")
    second = enqueue(kind="test.nothing", parameters={"version": 2}, dedupe_key="k")
    assert first == second
    assert get_job(first).parameters == {"version": 2}


def test_keys_differ_by_case() -> None:
    assert enqueue(kind="test.nothing", parameters={}, dedupe_key="k") != enqueue(
        kind="test.nothing", parameters={}, dedupe_key="K"
    )


def test_key_is_free_again_when_its_job_was_cancelled() -> None:
    first = enqueue(kind="test.nothing", parameters={}, dedupe_key="k")
    request_cancel(first)
    assert enqueue(kind="test.nothing", parameters={}, dedupe_key="k") != first


def test_taken_key_does_not_break_the_callers_transaction() -> None:
    first = enqueue(kind="test.nothing", parameters={}, dedupe_key="k")
    with transaction.atomic():
        assert enqueue(kind="test.nothing", parameters={}, dedupe_key="k") == first
        other = enqueue(kind="test.nothing", parameters={})
    assert get_job(other).state is JobState.QUEUED


def test_waiting_job_is_cancelled_at_once() -> None:
    job = request_cancel(enqueue(kind="test.nothing", parameters={}))
    assert (job.state, job.finished_at is None) == (JobState.CANCELLED, False)


def test_running_job_is_only_asked_to_stop() -> None:
    job_id = enqueue(kind="test.nothing", parameters={})
    claim(job_id)
    job = request_cancel(job_id)
    assert (job.state, job.cancel_requested) == (JobState.RUNNING, True)


def test_cancelled_job_can_be_tried_again(sent: list[object]) -> None:
    job_id = enqueue(kind="test.nothing", parameters={}, dedupe_key="k")
    request_cancel(job_id)
    assert retry(job_id).state is JobState.QUEUED
    assert sent == [job_id, job_id]


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RUNNING, JobState.SUCCEEDED])
def test_retry_needs_a_failed_or_cancelled_job(state: JobState) -> None:
    job_id = enqueue(kind="test.nothing", parameters={})
    Job.objects.update(state=state)
    with pytest.raises(JobStateError):
        retry(job_id)


def test_retry_does_not_double_work_that_is_queued_again() -> None:
    job_id = enqueue(kind="test.nothing", parameters={}, dedupe_key="k")
    request_cancel(job_id)
    enqueue(kind="test.nothing", parameters={}, dedupe_key="k")
    with pytest.raises(JobStateError):
        retry(job_id)


def test_retry_that_another_job_overtakes_is_a_domain_error() -> None:
    first = enqueue(kind="test.nothing", parameters={}, dedupe_key="k")
    request_cancel(first)

    def overtake(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("UPDATE") and not Job.objects.exclude(id=first).exists():
            enqueue(kind="test.nothing", parameters={}, dedupe_key="k")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(overtake), pytest.raises(JobStateError):
        retry(first)
    assert get_job(first).state is JobState.CANCELLED


def test_job_that_is_not_there_is_a_domain_error() -> None:
    with pytest.raises(JobNotFoundError):
        get_job(uuid4())


def test_jobs_are_found_newest_first_by_course_and_state() -> None:
    ids = [
        enqueue(kind="test.nothing", parameters={}, course_key="course-v1:O+C+R") for _ in range(3)
    ]
    enqueue(kind="test.nothing", parameters={}, course_key="course-v1:O+C+r")
    request_cancel(ids[0])
    found = find_jobs(course_key="course-v1:O+C+R", states=[JobState.QUEUED])
    assert [job.id for job in found] == [ids[2], ids[1]]


def test_health_counts_what_waits_and_how_long() -> None:
    late = enqueue(kind="test.nothing", parameters={})
    Job.objects.filter(id=late).update(run_after=timezone.now() - timedelta(seconds=100))
    enqueue(kind="test.nothing", parameters={}, run_after=timezone.now() + timedelta(hours=1))
    health = queue_health()
    assert (health.queued, health.due, health.running, health.failed_last_day) == (2, 1, 0, 0)
    assert health.oldest_due_seconds >= 100


def test_estimate_goes_by_the_pace_so_far() -> None:
    job_id = enqueue(kind="test.nothing", parameters={})
    claim(job_id)
    now = timezone.now()
    Job.objects.update(done=25, total=100, started_at=now - timedelta(seconds=10))
    assert get_job(job_id).estimate_seconds(now) == pytest.approx(30, abs=0.1)
