"""Real worker processes, embedded and on MariaDB with RabbitMQ.

The tests of a site share its worker, so their order matters: who kills it comes last.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from common.core.env import read_environment

if TYPE_CHECKING:
    from drill.harness import Site

pytestmark = [
    pytest.mark.timeout(180),
    pytest.mark.skipif(
        read_environment().test_on == "services", reason="they make their own sites: see make test"
    ),
]

_PREPARE = """
import json, random, sys, time, uuid
import django
django.setup()
from django.db import transaction
from common.tasks.api import *
from common.tasks.models import DutyLease, Job

def queue(kind, **parameters):
    return str(enqueue(kind=kind, parameters=parameters))

def wait(job_id, *states):
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        job = Job.objects.get(id=job_id)
        if job.state in states: break
        time.sleep(0.05)
    return dict(state=job.state, done=job.done, error=job.error, attempts=job.attempts,
                leased=job.lease_token is not None)
"""
_ANSWER = """
for line in sys.stdin:
    print(json.dumps(eval(line)), flush=True)
"""


class Member:
    """A process of the site that does as it is told: each line an expression, answered in JSON."""

    def __init__(self, site: Site) -> None:
        self.process = start(site, _ANSWER)

    def __call__(self, expression: str) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(expression + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, self.process.stderr and self.process.stderr.read()
        return json.loads(answer)


def start(site: Site, text: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _PREPARE + text],
        env=site.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def ask(site: Site) -> Iterator[Member]:
    member = Member(site)
    yield member
    member.process.communicate(timeout=20)


@pytest.fixture
def worker(site: Site) -> subprocess.Popen[bytes]:
    """Give the site's running worker, started by the first test that needs it."""
    return site.workers[0] if site.workers else site.start_worker()


def test_many_callers_queue_one_job_for_a_key(site: Site, ask: Member) -> None:
    """Two processes queue while a third ends jobs: at no time are there two for the key."""
    caller = """
for round in range(30):
    with transaction.atomic():
        enqueue(kind="drill.items", parameters=dict(items=1, seconds=0), dedupe_key="one")
        assert Job.objects.filter(state__in=["queued", "running"]).count() <= 1
    time.sleep(random.random() / 50)
"""
    ender = """
from common.tasks.runner import run_next
deadline = time.monotonic() + 3
while time.monotonic() < deadline:
    run_next() or time.sleep(0.01)
"""
    processes = [start(site, text) for text in (caller, caller, ender)]
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    states = ask("[[job.state, job.error] for job in Job.objects.all()]")
    assert {tuple(state) for state in states} <= {("succeeded", ""), ("queued", "")}
    ask("Job.objects.all().delete()")


@pytest.mark.usefixtures("worker")
def test_worker_does_what_is_queued(site: Site, ask: Member) -> None:
    job = ask("wait(queue('drill.items', items=7, seconds=0), 'succeeded', 'failed')")
    assert (job["state"], job["done"]) == ("succeeded", 7), site.logs()


@pytest.mark.usefixtures("worker")
def test_running_job_is_cancelled(ask: Member) -> None:
    job_id = ask("queue('drill.patient')")
    ask(f"wait({job_id!r}, 'running')")
    ask(f"request_cancel(uuid.UUID({job_id!r})) and 0")
    assert ask(f"wait({job_id!r}, 'cancelled', 'succeeded')")["state"] == "cancelled"


@pytest.mark.usefixtures("worker")
def test_broken_job_fails_after_its_tries(ask: Member) -> None:
    job = ask("wait(queue('drill.broken'), 'failed', 'succeeded')")
    assert (job["state"], job["attempts"], bool(job["error"])) == ("failed", 2, True)


@pytest.mark.usefixtures("worker")
def test_step_longer_than_the_lease_keeps_its_job(ask: Member) -> None:
    """The lease is 3 s here, the sweeper looks every 2 s; the heartbeat holds them off."""
    job_id = ask("queue('drill.patient', seconds=7)")
    ask(f"wait({job_id!r}, 'running')")
    token = ask(f"str(Job.objects.get(id={job_id!r}).lease_token)")
    job = ask(f"time.sleep(6) or wait({job_id!r}, 'running')")
    assert (job["state"], job["attempts"]) == ("running", 0)
    assert ask(f"str(Job.objects.get(id={job_id!r}).lease_token)") == token
    ask(f"request_cancel(uuid.UUID({job_id!r})) and 0")


def test_job_of_a_killed_worker_goes_on_in_another(
    site: Site, ask: Member, worker: subprocess.Popen[bytes]
) -> None:
    job_id = ask("queue('drill.items', items=30, seconds=0.2)")
    ask(f"wait({job_id!r}, 'running')")
    site.kill_worker(worker)
    site.start_worker()
    job = ask(f"wait({job_id!r}, 'succeeded', 'failed')")
    assert (job["state"], job["done"]) == ("succeeded", 30), site.logs()


def test_stopped_worker_gives_its_job_and_its_duties_back(
    site: Site, ask: Member, worker: subprocess.Popen[bytes]
) -> None:
    job_id = ask("queue('drill.patient')")
    ask(f"wait({job_id!r}, 'running')")
    assert site.stop_workers() == [0], site.logs()
    job = ask(f"wait({job_id!r}, 'queued')")
    assert (job["state"], job["leased"], job["attempts"]) == ("queued", False, 0)
    assert ask("DutyLease.objects.count()") == 0
    ask("Job.objects.all().delete()")


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["django", "worker"], id="manage.py"),
        pytest.param(["celery", "-A", "common.tasks.celery", "worker"], id="celery"),
    ],
)
def test_message_starts_a_job_before_the_worker_looks_by_itself(
    site: Site, ask: Member, command: list[str]
) -> None:
    site.start_worker("drill.settings_patient", command)
    # Found by the look at the start, or woken: from then on only a message helps.
    ask("wait(queue('drill.items', items=1, seconds=0), 'succeeded')")
    job = ask("wait(queue('drill.items', items=1, seconds=0), 'succeeded')")
    assert job["state"] == "succeeded", site.logs()
    assert site.stop_workers() == [0], site.logs()
