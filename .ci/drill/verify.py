"""The rules that a drill must not break, checked on what it left behind."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from common.tasks.models import Job
from common.tracking.api import outbox_depth
from common.tracking.reader import event_files, iter_events
from drill.models import Ending, Item
from drill.tasks import event_id


@dataclass
class Expected:
    """What was committed: jobs by id with kind and items, and the keys of the callers' events."""

    files: Path
    jobs: dict[UUID, tuple[str, int]] = field(default_factory=dict)
    queued: set[str] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)


def verify(expected: Expected, events_folder: Path) -> tuple[str, list[str]]:
    """Return a sentence of figures, and one for each rule that was broken."""
    failures = [*_jobs(expected), *_items(expected), *_files(expected)]
    figures, broken = _events(expected, events_folder)
    if outbox_depth():
        broken.append(f"{outbox_depth()} events are still in the outbox")
    return f"{len(expected.jobs)} jobs, {figures}", failures + broken


def _jobs(expected: Expected) -> list[str]:
    states = dict(Job.objects.values_list("id", "state"))
    failures = [
        f"job {job_id} is {states.get(job_id, 'missing')}"
        for job_id in expected.jobs
        if states.get(job_id) != "succeeded"
    ]
    extra = set(states) - set(expected.jobs)
    if extra:
        failures.append(f"{len(extra)} jobs of transactions that were taken back")
    endings = Counter(Ending.objects.values_list("job", flat=True))
    failures += [
        f"job {job_id} ended {endings[job_id]} times"
        for job_id in expected.jobs
        if endings[job_id] != 1
    ]
    return failures


def _items(expected: Expected) -> list[str]:
    done: dict[UUID, list[int]] = defaultdict(list)
    for job_id, number in Item.objects.order_by("number").values_list("job", "number"):
        done[job_id].append(number)
    return [
        f"job {job_id} did the items {done[job_id]} of {items}"
        for job_id, (kind, items) in expected.jobs.items()
        if kind == "drill.items" and done[job_id] != list(range(items))
    ]


def _files(expected: Expected) -> list[str]:
    return [
        f"job {job_id} did not write all its files"
        for job_id, (kind, items) in expected.jobs.items()
        if kind == "drill.files"
        and {path.name for path in (expected.files / str(job_id)).glob("*")}
        != {str(number) for number in range(items)}
    ]


@dataclass
class _Sink:
    """What the event files hold: ids by the key of the event, lines, broken lines."""

    ids: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    lines: int = 0
    broken: int = 0
    failures: list[str] = field(default_factory=list)


def _read(folder: Path) -> _Sink:
    sink = _Sink()
    for path in event_files(folder):
        events = list(iter_events(path))
        sink.broken += events.count(None)
        if None in events[:-1]:
            sink.failures.append(f"{path.name} is broken before its end")
        for event in events:
            if event is not None:
                sink.lines += 1
                sink.ids[event["event"]["key"]].add(event["context"]["event_id"])
    return sink


def _events(expected: Expected, folder: Path) -> tuple[str, list[str]]:
    """Compare the event files with what was recorded: no event lost, doubles with equal ids."""
    sink = _read(folder)
    failures, ids = sink.failures, sink.ids
    items = {
        f"{job_id}/{number}": str(event_id(job_id, number))
        for job_id, (kind, count) in expected.jobs.items()
        if kind == "drill.items"
        for number in range(count)
    }
    wanted, found = expected.queued | set(items), set(ids)
    if wanted - found:
        failures.append(f"{len(wanted - found)} events are lost")
    if found - wanted:
        failures.append(f"{len(found - wanted)} events of nothing that happened")
    if any(len(values) > 1 for values in ids.values()):
        failures.append("doubled events have different ids")
    if any(ids[key] != {wanted_id} for key, wanted_id in items.items() if key in found):
        failures.append("events of items have other ids than their items give")
    doubled = sink.lines - len(found)
    return f"{len(wanted)} events, {doubled} doubled, {sink.broken} broken last lines", failures
