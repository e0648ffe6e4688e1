from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common.core.errors import InvalidInputError
from common.tasks import lease, runner
from common.tasks.api import (
    JobState,
    LeaseLostError,
    PermanentJobError,
    StepContext,
    StepResult,
    enqueue,
    get_job,
    request_cancel,
    retry,
    run_job,
)
from common.tasks.models import DutyLease, Job
from common.tasks.sweep import prune, requeue_expired
from common.tasks.tests.conftest import AddKind

Run = Callable[..., Any]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sent")]


@pytest.fixture
def run(kind: AddKind) -> Run:
    """Queue a job with this step function and run it here."""

    def queue_and_run(step: Any, *, max_attempts: int = 5, **options: Any) -> Any:
        kind("test.step", step, max_attempts=max_attempts)
        job_id = enqueue(kind="test.step", parameters=options.pop("parameters", {}), **options)
        return run_job(job_id)

    return queue_and_run


def make_due(job_id: UUID) -> None:
    Job.objects.filter(id=job_id).update(run_after=timezone.now())


def lose_worker(job_id: UUID) -> None:
    Job.objects.filter(id=job_id).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_each_step_starts_from_the_cursor_of_the_last(run: Run) -> None:
    cursors: list[Any] = []

    def step(context: StepContext) -> StepResult:
        cursors.append(context.cursor)
        done = len(cursors)
        return StepResult(
            cursor={"at": done}, done=done, total=3, finished=done == 3, result={"ok": True}
        )

    job = run(step)
    assert cursors == [None, {"at": 1}, {"at": 2}]
    assert (job.state, job.done, job.result, job.fraction) == (
        JobState.SUCCEEDED,
        3,
        {"ok": True},
        1.0,
    )


def test_failed_step_waits_and_goes_on_from_the_cursor(run: Run) -> None:
    tries: list[Any] = []

    def step(context: StepContext) -> StepResult:
        tries.append((context.cursor, context.attempt))
        if len(tries) == 2:
            raise ValueError("once")
        return StepResult(cursor=len(tries), finished=len(tries) == 3)

    job = run(step)
    assert (job.state, job.attempts) == (JobState.QUEUED, 1)
    assert run_job(job.id).state is JobState.QUEUED, "it is not due yet"
    make_due(job.id)
    assert run_job(job.id).state is JobState.SUCCEEDED
    assert tries == [(None, 0), (1, 0), (1, 1)]


def test_job_that_keeps_failing_ends_with_a_sentence_and_can_be_tried_again(run: Run) -> None:
    def step(context: StepContext) -> StepResult:
        raise ValueError("secret detail")

    job = run(step, max_attempts=2)
    make_due(job.id)
    job = run_job(job.id)
    assert job.state is JobState.FAILED
    assert str(job.id) in job.error
    assert "secret" not in job.error
    assert retry(job.id).attempts == 0


def test_domain_error_is_told_in_its_own_words(run: Run) -> None:
    def step(context: StepContext) -> StepResult:
        raise InvalidInputError("x", user_message="The file is empty.")

    assert run(step, max_attempts=1).error == "The file is empty."


def test_permanent_error_is_not_tried_again(run: Run) -> None:
    def step(context: StepContext) -> StepResult:
        raise PermanentJobError("This archive holds no course.")

    job = run(step)
    assert (job.state, job.error) == (JobState.FAILED, "This archive holds no course.")


def test_progress_forgives_earlier_failures(run: Run) -> None:
    tries: list[Any] = []

    def step(context: StepContext) -> StepResult:
        tries.append(context.cursor)
        if len(tries) % 2:
            raise ValueError
        return StepResult(cursor=len(tries), finished=len(tries) == 8)

    job = run(step, max_attempts=2)
    while job.state is JobState.QUEUED:
        make_due(job.id)
        job = run_job(job.id)
    assert job.state is JobState.SUCCEEDED


def test_cancel_stops_after_the_step(run: Run) -> None:
    def step(context: StepContext) -> StepResult:
        request_cancel(context.job_id)
        return StepResult(cursor=1, done=1, total=10)

    job = run(step)
    assert (job.state, job.done) == (JobState.CANCELLED, 1)


def test_cancelled_job_that_fails_is_not_tried_again(run: Run) -> None:
    def step(context: StepContext) -> StepResult:
        request_cancel(context.job_id)
        raise ValueError

    assert run(step).state is JobState.CANCELLED


def test_cancel_that_meets_the_end_of_a_turn_is_not_forgotten(
    kind: AddKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[Any] = []

    def step(context: StepContext) -> StepResult:
        steps.append(context.cursor)
        return StepResult(cursor=len(steps))

    def cancel_first(held: lease.JobLease, deadline: float | None) -> bool:
        request_cancel(held.job_id)
        return give_back(held, deadline)

    give_back = runner._give_back
    monkeypatch.setattr(runner, "_give_back", cancel_first)
    kind("test.step", step)
    job_id = enqueue(kind="test.step", parameters={})
    assert runner.run_next(turn_seconds=0)
    assert get_job(job_id).cancel_requested
    assert run_job(job_id).state is JobState.CANCELLED
    assert steps == [None]


@pytest.mark.parametrize("moment", ["taken", "given back"])
def test_cancel_that_meets_a_worker_is_not_forgotten(
    kind: AddKind, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Between the two statements of a cancellation a job changes hands."""
    kind("test.step", lambda context: StepResult(cursor=1, finished=True))
    job_id = enqueue(kind="test.step", parameters={})
    held = lease.claim(job_id) if moment == "given back" else None
    met: list[Any] = []

    def meet(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if sql.startswith("UPDATE") and not met:
            met.append(sql)
            if held is not None:
                held[1].write(**runner.released_values(run_after=timezone.now()))
            else:
                met.append(lease.claim(job_id))
        return result

    with connection.execute_wrapper(meet):
        request_cancel(job_id)
    if held is None:
        runner._work(*met[1], deadline=None)
    assert get_job(job_id).state is JobState.CANCELLED


def test_long_step_may_look_whether_it_was_cancelled(run: Run) -> None:
    def step(context: StepContext) -> StepResult:
        context.report(done=1, total=2, message="half")
        request_cancel(context.job_id)
        context.check()
        raise AssertionError("unreachable")

    job = run(step)
    assert (job.state, job.done, job.message) == (JobState.CANCELLED, 1, "half")


def test_worker_that_lost_its_lease_writes_nothing(run: Run) -> None:
    """The effects of the body are undone together with the refused cursor."""
    job_ids: list[UUID] = []

    def step(context: StepContext) -> StepResult:
        lose_worker(context.job_id)
        requeue_expired()
        job_ids.append(context.job_id)
        with pytest.raises(LeaseLostError), context.commit("stale"):
            DutyLease.objects.create(
                name="effect", owner="", token=context.job_id, until=timezone.now()
            )
        return StepResult(cursor="stale", finished=True)

    job = run(step)
    assert (job.state, job.attempts) == (JobState.QUEUED, 1)
    assert Job.objects.get(id=job.id).cursor is None
    assert not DutyLease.objects.exists()


def test_committed_cursor_survives_a_failure_after_it(run: Run) -> None:
    def step(context: StepContext) -> StepResult:
        with context.commit(7, done=7, total=9):
            pass
        raise ValueError

    job = run(step)
    row = Job.objects.get(id=job.id)
    assert (row.cursor, row.done, row.attempts) == (7, 7, 1)


def test_job_of_a_silent_worker_is_queued_again_at_once(kind: AddKind) -> None:
    kind("test.step", lambda context: StepResult(finished=True))
    job_id = enqueue(kind="test.step", parameters={})
    lease.claim(job_id)
    assert requeue_expired() == 0, "its lease still runs"
    lose_worker(job_id)
    assert requeue_expired() == 1
    assert run_job(job_id).state is JobState.SUCCEEDED


def test_job_that_kills_its_workers_fails_in_the_end(kind: AddKind) -> None:
    kind("test.step", lambda context: StepResult(finished=True), max_attempts=3)
    job_id = enqueue(kind="test.step", parameters={}, dedupe_key="k")
    for _ in range(3):
        make_due(job_id)
        assert lease.claim(job_id)
        lose_worker(job_id)
        requeue_expired()
    job = get_job(job_id)
    assert (job.state, bool(job.error)) == (JobState.FAILED, True)
    assert enqueue(kind="test.step", parameters={}, dedupe_key="k") != job_id


def test_cancelled_job_of_a_silent_worker_ends_cancelled(kind: AddKind) -> None:
    kind("test.step", lambda context: StepResult(finished=True))
    job_id = enqueue(kind="test.step", parameters={})
    lease.claim(job_id)
    request_cancel(job_id)
    lose_worker(job_id)
    requeue_expired()
    assert get_job(job_id).state is JobState.CANCELLED


def test_work_asked_for_while_it_runs_is_done_afterwards_with_the_later_parameters(
    kind: AddKind,
) -> None:
    seen: list[int] = []

    def step(context: StepContext) -> StepResult:
        seen.append(context.parameters["version"])
        if len(seen) == 1:
            for version in (2, 3):
                assert (
                    enqueue(kind="test.step", parameters={"version": version}, dedupe_key="k")
                    == context.job_id
                )
        return StepResult(finished=True)

    kind("test.step", step)
    run_job(enqueue(kind="test.step", parameters={"version": 1}, dedupe_key="k"))
    assert runner.run_next()
    assert not runner.run_next()
    assert seen == [1, 3]


def test_long_job_lets_others_have_a_turn(kind: AddKind) -> None:
    order: list[str] = []

    def step(context: StepContext) -> StepResult:
        order.append(context.parameters["name"])
        return StepResult(cursor=1, finished=context.cursor == 1)

    kind("test.step", step)
    for name in ("a", "b"):
        enqueue(kind="test.step", parameters={"name": name})
    while runner.run_next(turn_seconds=0):
        pass
    assert order == ["a", "b", "a", "b"]


def test_stopping_worker_gives_the_job_back_and_wakes_another(
    run: Run, sent: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "send_wake", sent.append)

    def step(context: StepContext) -> StepResult:
        runner.stopping.set()
        return StepResult(cursor=1)

    try:
        job = run(step)
    finally:
        runner.stopping.clear()
    row = Job.objects.get(id=job.id)
    assert (row.state, row.cursor, row.lease_token, row.attempts) == ("queued", 1, None, 0)
    assert sent == [job.id, job.id]


def test_only_one_of_two_workers_gets_the_job(kind: AddKind) -> None:
    kind("test.step", lambda context: StepResult(finished=True))
    job_id = enqueue(kind="test.step", parameters={})
    assert lease.claim(job_id)
    assert lease.claim(job_id) is None


def test_finished_jobs_are_pruned_after_a_month(kind: AddKind) -> None:
    kind("test.step", lambda context: StepResult(finished=True))
    old, new = (enqueue(kind="test.step", parameters={}) for _ in range(2))
    for job_id in (old, new):
        run_job(job_id)
    Job.objects.filter(id=old).update(finished_at=timezone.now() - timedelta(days=31))
    assert prune() == 1
    assert list(Job.objects.values_list("id", flat=True)) == [new]


@pytest.mark.parametrize("commits", [False, True])
def test_step_costs_one_write_and_one_look_for_a_cancel_request(run: Run, commits: bool) -> None:
    """Transaction control left out; a step that commits its cursor itself does not cost more."""
    counts: list[int] = []

    def step(context: StepContext) -> StepResult:
        counts.append(
            sum(1 for query in queries if query["sql"].split()[0] in {"SELECT", "UPDATE"})
        )
        cursor = len(counts)
        if commits:
            with context.commit(cursor, done=cursor):
                pass
        return StepResult(cursor=cursor, done=cursor, finished=cursor == 4)

    with CaptureQueriesContext(connection) as queries:
        run(step)
    assert [later - earlier for earlier, later in pairwise(counts)] == [2, 2, 2]
