"""The way out of the outbox when things go wrong: two drainers, a full disk, huge events."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from common.tracking.api import Event, outbox_depth, record
from common.tracking.envelope import MAX_LINE_CHARS
from common.tracking.models import OutboxEvent
from common.tracking.outbox import drain
from common.tracking.reader import event_files, iter_events
from common.tracking.sink import EventSink
from common.tracking.tests.test_outbox import Hold

pytestmark = pytest.mark.django_db(transaction=True)


def written(folder: Path) -> list[dict[str, Any]]:
    found = [event for path in event_files(folder) for event in iter_events(path)]
    return [event for event in found if event is not None]


def record_for(learners: Sequence[int], rounds: int) -> None:
    """Record events of several learners in turn, as their submissions come."""
    for number in range(rounds):
        for learner in learners:
            record([Event("e", {"n": number}, user_id=learner)])


def test_two_drainers_at_once_lose_nothing_and_doubles_have_equal_ids(tmp_path: Path) -> None:
    """The second begins while the first has written its batch and not yet deleted the rows."""
    record_for([1, 2], 3)

    class Overtaken(EventSink):
        def append(self, lines: Sequence[str], *, sync: bool) -> None:
            super().append(lines, sync=sync)
            drain(Hold(), EventSink(tmp_path / "other"))

    drain(Hold(), Overtaken(tmp_path / "own"))

    own, other = written(tmp_path / "own"), written(tmp_path / "other")
    assert outbox_depth() == 0
    assert [event["context"]["event_id"] for event in own] == [
        event["context"]["event_id"] for event in other
    ]
    assert len({event["context"]["event_id"] for event in own}) == 6


def test_the_events_of_a_learner_come_in_their_order(tmp_path: Path) -> None:
    record_for([1, 2, 3], 4)

    drain(Hold(), EventSink(tmp_path))

    for learner in (1, 2, 3):
        mine = [event for event in written(tmp_path) if event["context"]["user_id"] == learner]
        assert [event["event"]["n"] for event in mine] == [0, 1, 2, 3]


def test_a_full_disk_costs_no_event(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a line is written, then the disk is full; later there is room again."""
    record_for([1], 3)
    sink, real = EventSink(tmp_path), os.write

    def fill(descriptor: int, data: Any) -> int:
        real(descriptor, bytes(data)[:30])
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(os, "write", fill)
    with pytest.raises(OSError, match="no space"):
        drain(Hold(), sink)
    assert outbox_depth() == 3
    monkeypatch.setattr(os, "write", real)

    assert drain(Hold(), sink) == 3
    assert [event["event"]["n"] for event in written(tmp_path)] == [0, 1, 2]
    assert outbox_depth() == 0


def test_a_huge_event_is_cut_and_holds_up_nobody(tmp_path: Path) -> None:
    record([Event("huge", {"text": "ü" * 3_000_000}), Event("small", {})])
    assert max(len(row.line) for row in OutboxEvent.objects.all()) <= MAX_LINE_CHARS

    assert drain(Hold(), EventSink(tmp_path)) == 2

    huge, small = written(tmp_path)
    assert huge["event"]["truncated"] is True
    assert small["event_type"] == "small"
