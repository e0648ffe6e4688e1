"""Whose job it is: several sweepers, clocks that differ, workers of different releases."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from common.core.db import database_now
from common.tasks import lease
from common.tasks.api import JobData, JobState, StepContext, StepResult, enqueue, get_job, run_job
from common.tasks.models import Job
from common.tasks.runner import run_next
from common.tasks.sweep import requeue_expired
from common.tasks.tests.conftest import AddKind

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sent")]


def queue(kind: AddKind) -> UUID:
    kind("test.step", lambda context: StepResult(finished=True))
    return enqueue(kind="test.step", parameters={})


def let_lease_run_out(job_id: UUID) -> None:
    Job.objects.filter(id=job_id).update(lease_until=timezone.now() - timedelta(seconds=1))


def run_when_due(job_id: UUID) -> JobData:
    Job.objects.filter(id=job_id).update(run_after=timezone.now())
    return run_job(job_id)


def test_two_sweepers_at_once_mend_a_job_once(
    kind: AddKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second sweeps while the first is between finding the job and taking it."""
    job_id = queue(kind)
    lease.claim(job_id)
    let_lease_run_out(job_id)
    mended: list[int] = []

    def other_sweeper_comes_first() -> UUID:
        monkeypatch.setattr(lease, "uuid4", uuid4)
        mended.append(requeue_expired())
        return uuid4()

    monkeypatch.setattr(lease, "uuid4", other_sweeper_comes_first)
    mended.append(requeue_expired())

    assert mended == [1, 0]
    assert (get_job(job_id).state, get_job(job_id).attempts) == (JobState.QUEUED, 1)


def test_sweeper_that_a_heartbeat_overtakes_leaves_the_job(
    kind: AddKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = queue(kind)
    claimed = lease.claim(job_id)
    assert claimed is not None
    let_lease_run_out(job_id)

    def heartbeat_comes_first() -> UUID:
        claimed[1].renew()
        return uuid4()

    monkeypatch.setattr(lease, "uuid4", heartbeat_comes_first)

    assert requeue_expired() == 0
    assert get_job(job_id).state is JobState.RUNNING


@pytest.mark.parametrize("hours", [-2, 2], ids=["behind", "ahead"])
def test_a_host_whose_clock_is_wrong_takes_no_job_from_its_worker(
    kind: AddKind, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    job_id = queue(kind)
    assert lease.claim(job_id)
    real = timezone.now

    def wrong() -> datetime:
        return real() + timedelta(hours=hours)

    monkeypatch.setattr(timezone, "now", wrong)

    assert requeue_expired() == 0
    assert get_job(job_id).state is JobState.RUNNING


@pytest.mark.parametrize("hours", [-2, 2], ids=["behind", "ahead"])
def test_the_job_of_a_dead_worker_whose_clock_was_wrong_is_found_in_time(
    kind: AddKind, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    job_id = queue(kind)
    real = timezone.now
    Job.objects.update(run_after=real() - timedelta(days=1))
    monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(hours=hours))
    assert lease.claim(job_id)
    monkeypatch.setattr(timezone, "now", real)

    until = Job.objects.get(id=job_id).lease_until

    assert until is not None
    assert abs((until - real()).total_seconds() - lease.lease_seconds()) < 20


def test_the_database_tells_the_time() -> None:
    assert abs((database_now() - timezone.now()).total_seconds()) < 60


def make_unknown(kind: AddKind) -> UUID:
    """Queue a job of a kind that this process does not know: another release's."""
    job_id = queue(kind)
    Job.objects.update(kind="test.newer")
    return job_id


def test_job_of_another_release_waits_for_a_worker_that_knows_it(kind: AddKind) -> None:
    job_id = make_unknown(kind)
    assert run_job(job_id).state is JobState.QUEUED

    kind("test.newer", lambda context: StepResult(finished=True))

    assert run_when_due(job_id).state is JobState.SUCCEEDED


def test_job_of_a_kind_that_is_gone_fails_clearly(kind: AddKind) -> None:
    job_id = make_unknown(kind)
    tries = 1
    while (job := run_when_due(job_id)).state is JobState.QUEUED:
        tries += 1
        assert tries < 20

    assert (job.state, bool(job.error)) == (JobState.FAILED, True)
    assert tries == job.attempts


def test_job_of_another_release_holds_up_nobody(kind: AddKind) -> None:
    make_unknown(kind)
    done = queue(kind)

    while run_next():
        pass

    assert get_job(done).state is JobState.SUCCEEDED


def test_worker_that_dies_between_its_step_and_the_end_repeats_nothing_committed(
    kind: AddKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The step committed cursor and effects; the process died before the runner heard of it."""
    cursors: list[object] = []

    def step(context: StepContext) -> StepResult:
        cursors.append(context.cursor)
        if context.cursor is None:
            with context.commit(1, done=1, total=2):
                pass
            # What a kill looks like to the others: the lease runs out, nothing more is written.
            let_lease_run_out(context.job_id)
            requeue_expired()
        return StepResult(cursor=2, done=2, total=2, finished=True)

    kind("test.step", step)
    job_id = enqueue(kind="test.step", parameters={})
    assert run_job(job_id).state is JobState.QUEUED

    job = run_when_due(job_id)

    assert cursors == [None, 1]
    assert (job.state, job.done) == (JobState.SUCCEEDED, 2)
