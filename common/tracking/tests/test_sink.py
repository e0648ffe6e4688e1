"""Files of events, and what killing a writer at each point leaves behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from common.core.env import PROJECT_ROOT
from common.tracking import sink as sink_module
from common.tracking.reader import event_files, iter_events
from common.tracking.sink import EventSink

if TYPE_CHECKING:
    from drill.harness import Site


def test_file_is_named_by_hour_host_and_process(tmp_path: Path) -> None:
    EventSink(tmp_path).append(["{}"], sync=True)
    (path,) = event_files(tmp_path)
    assert path.name.startswith(f"events-{datetime.now(UTC):%Y%m%dT%H}-")
    assert f"-{os.getpid()}-" in path.name


def test_next_hour_begins_another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock(datetime):
        hour_now = 18

        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime(2026, 11, 22, cls.hour_now, 59, tzinfo=UTC)

    monkeypatch.setattr(sink_module, "datetime", Clock)
    sink = EventSink(tmp_path)
    for hour in (18, 18, 19):
        Clock.hour_now = hour
        sink.append([f'{{"hour":{hour}}}'], sync=False)
    texts = [path.read_text() for path in event_files(tmp_path)]
    assert texts == ['{"hour":18}\n{"hour":18}\n', '{"hour":19}\n']


def test_forked_child_writes_a_file_of_its_own(tmp_path: Path) -> None:
    sink = EventSink(tmp_path)
    sink.append(['"parent"'], sync=False)
    child = os.fork()
    if child == 0:
        sink.append(['"child"'], sync=False)
        os._exit(0)
    os.waitpid(child, 0)
    assert sorted(path.read_text() for path in event_files(tmp_path)) == [
        '"child"\n',
        '"parent"\n',
    ]


def test_failed_write_is_never_continued_in_the_same_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink = EventSink(tmp_path)
    sink.append(['{"n":1}'], sync=False)
    real_write = os.write

    def full_disk(descriptor: int, data: Any) -> int:
        real_write(descriptor, bytes(data)[:3])
        raise OSError("No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full_disk)
        with pytest.raises(OSError, match="No space"):
            sink.append(['{"n":2}'], sync=False)
    sink.append(['{"n":2}'], sync=False)
    found = [list(iter_events(path)) for path in event_files(tmp_path)]
    assert found == [[{"n": 1}, None], [{"n": 2}]]


@pytest.mark.parametrize(
    ("text", "events"),
    [
        pytest.param('{"a":1}\n{"b":', [{"a": 1}, None], id="half a line at the end"),
        pytest.param('{"a":1}\n{"b":2}', [{"a": 1}, {"b": 2}], id="only the line end is missing"),
        pytest.param('{"a":1}\n[1]\n', [{"a": 1}, None], id="no object"),
        pytest.param("\xff\n", [None], id="no text"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_reader_bears_what_a_kill_leaves(tmp_path: Path, text: str, events: list[Any]) -> None:
    path = tmp_path / "events-20261122T18-h-1-a.jsonl"
    path.write_text(text, encoding="latin-1")
    assert list(iter_events(path)) == events


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    sys.path.append(str(PROJECT_ROOT / ".ci"))
    from drill.harness import embedded_site

    with embedded_site(tmp_path_factory.mktemp("drain")) as site:
        yield site


_DRAIN = """
import os, signal, sys
import django
django.setup()
from django.db.models.query import QuerySet
from common.tracking.api import Event, outbox_depth, record
from common.tracking.outbox import drain

class Hold:
    def keep(self): return True

def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

real_write, real_delete = os.write, QuerySet.delete
def write_half(descriptor, data):
    real_write(descriptor, bytes(data)[: len(data) // 2])
    die()
def delete_then_die(rows):
    real_delete(rows)
    die()
"""
_POINTS = {
    "before the lines are written": "os.write = die",
    "in the middle of a line": "os.write = write_half",
    "before the disk has the lines": "os.fsync = die",
    "before the rows are deleted": "QuerySet.delete = die",
    "after the rows are deleted": "QuerySet.delete = delete_then_die",
}


def _run(site: Site, text: str) -> int:
    return subprocess.run(
        [sys.executable, "-c", _DRAIN + text], env=site.environ, timeout=60, check=False
    ).returncode


@pytest.mark.parametrize("point", _POINTS)
def test_drainer_killed(site: Site, point: str) -> None:
    """No event is lost; one that is there twice has the same id; only last lines are broken."""
    text = "record([Event('e', {'point': %r, 'n': n}) for n in range(50)])\n%s\ndrain(Hold())"
    assert _run(site, text % (point, _POINTS[point])) == -signal.SIGKILL
    assert _run(site, "drain(Hold()); sys.exit(outbox_depth())") == 0
    ids: dict[int, set[str]] = {}
    for path in event_files(site.home / "events"):
        events = list(iter_events(path))
        assert None not in events[:-1]
        for event in events:
            if event and event["event"]["point"] == point:
                ids.setdefault(event["event"]["n"], set()).add(event["context"]["event_id"])
    assert sorted(ids) == list(range(50))
    assert {len(values) for values in ids.values()} == {1}
