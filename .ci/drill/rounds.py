"""One drill: jobs are queued all the time, processes are killed at random, then it is counted."""

from __future__ import annotations

import random
import signal
import threading
import time
from pathlib import Path
from uuid import uuid4

from django.db import close_old_connections, connection, transaction
from django.db.models import Sum

from common.tasks.api import JobState, enqueue, queue_health
from common.tasks.models import DutyLease, Job
from common.tracking.api import Event, outbox_depth, record
from drill.harness import Site
from drill.verify import Expected, verify

_WORKERS = 2
# Callers pause while this many jobs wait, or a slow machine would never see the end.
_BACKLOG = 60
# The site has stalled when for this long no step of any job was done and no event written.
_STALL_SECONDS = 60.0
# Most workers are killed at work, the others wherever they are, such as starting.
_BUSY_SHARE = 0.8


class Producer(threading.Thread):
    """Queues jobs with events, takes some transactions back, and remembers what must happen."""

    def __init__(self, site: Site, seed: str) -> None:
        super().__init__(name="producer", daemon=True)
        self.expected = Expected(files=site.home / "files")
        self.stopped = threading.Event()
        self._random = random.Random(f"{seed}:producer")  # noqa: S311 # a drill, not a secret

    def run(self) -> None:
        while not self.stopped.wait(self._random.uniform(0.05, 0.4)):
            close_old_connections()
            if queue_health().queued < _BACKLOG:
                self._queue_one()
        connection.close()

    def _queue_one(self) -> None:
        kind = self._random.choice(["drill.items", "drill.items", "drill.files"])
        items = self._random.randint(5, 40)
        parameters = {
            "items": items,
            "seconds": self._random.choice([0.0, 0.02, 0.2]),
            "folder": str(self.expected.files),
        }
        kept = self._random.random() > 0.15
        name = str(uuid4())
        try:
            with transaction.atomic():
                job_id = enqueue(kind=kind, parameters=parameters)
                record([Event("drill.queued", {"key": name})])
                if not kept:
                    raise _TakenBackError
        except _TakenBackError:
            self.expected.absent.add(name)
            return
        self.expected.jobs[job_id] = (kind, items)
        self.expected.queued.add(name)


class _TakenBackError(Exception):
    """Rolls a transaction back on purpose."""


def run(site: Site, *, kills: int, seed: str) -> tuple[str, list[str]]:
    """Do the whole drill on the site; return a sentence of figures and the broken rules."""
    chance = random.Random(seed)  # noqa: S311 # a drill, not a secret
    for _ in range(_WORKERS):
        site.start_worker()
    producer = Producer(site, seed)
    producer.start()
    targets = ["worker"] * kills + (["broker"] * kills if site.broker else [])
    chance.shuffle(targets)
    time.sleep(3)
    started, hits = time.monotonic(), 0
    for target in targets:
        time.sleep(chance.uniform(0.5, 4.0))
        if target == "broker" and site.broker:
            site.broker.kill()
            time.sleep(chance.uniform(0.0, 3.0))
            site.broker.start()
        else:
            victim = chance.choice(site.workers)
            if chance.random() < _BUSY_SHARE:
                _wait_until_busy(victim.pid)
                time.sleep(chance.uniform(0.0, 0.3))
            site.kill_worker(victim)
            hits += bool(_jobs_of(victim.pid))
            site.start_worker()
    killing = time.monotonic() - started
    producer.stopped.set()
    producer.join()
    ended = _wait_for_the_end()
    pids = [worker.pid for worker in site.workers]
    codes = site.stop_workers()
    figures, failures = verify(producer.expected, Path(site.home) / "events")
    # SIGTERM before Python had read the program ends it as such; it held nothing then.
    if set(codes) - {0, -signal.SIGTERM}:
        failures.append(f"workers that were asked to stop ended with {codes}")
    if any(_leases_of(pid) for pid in pids):
        failures.append("workers that were asked to stop left leases behind")
    report = (
        f"{len(targets)} kills in {killing:.0f} s, {hits} of them in the middle of a job, "
        f"all jobs ended {ended:.1f} s after the last, {figures}"
    )
    return report, failures


def _jobs_of(pid: int) -> int:
    """Count the jobs that this dead worker had in hand."""
    return Job.objects.filter(state=JobState.RUNNING, lease_owner__contains=f":{pid}:").count()


def _leases_of(pid: int) -> int:
    """Count the duties and jobs that this process holds."""
    return _jobs_of(pid) + DutyLease.objects.filter(owner__contains=f":{pid}:").count()


def _wait_until_busy(pid: int) -> None:
    """Wait until this worker has a job in hand, for at most as long as one takes to start."""
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline and not _jobs_of(pid):
        time.sleep(0.02)


def _wait_for_the_end() -> float:
    """Wait until every job is final and the outbox is empty, or nothing moves; return how long."""
    started = moved = time.monotonic()
    before: object = None
    while time.monotonic() - moved < _STALL_SECONDS:
        health = queue_health()
        if not (health.queued or health.running or outbox_depth()):
            break
        now = (health.queued, outbox_depth(), Job.objects.aggregate(Sum("done")))
        if now != before:
            before, moved = now, time.monotonic()
        time.sleep(0.2)
    return time.monotonic() - started
