"""The threads of a worker that is asked to stop while it starts them."""

from __future__ import annotations

import threading

import pytest

from common.core.duties import all_duties
from common.tasks import runner
from common.tasks.host import WorkerHost

# Its threads look into the database: nothing of the test may lie in an open transaction.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stopping(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Give an event of this test's own in place of the process's."""
    event = threading.Event()
    monkeypatch.setattr(runner, "stopping", event)
    return event


@pytest.mark.parametrize("started", [0, 1, 3])
@pytest.mark.parametrize("is_under_way", [True, False], ids=["just beginning", "not begun"])
def test_threads_that_were_not_started_are_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, stopping: threading.Event, started: int, is_under_way: bool
) -> None:
    assert len(all_duties()) > 3
    begin, begun = threading.Thread.start, list[threading.Thread]()

    def start(thread: threading.Thread) -> None:
        """As a signal interrupts it, that ends the program."""
        if len(begun) < started:
            begun.append(thread)
            begin(thread)
            return
        if is_under_way:
            begun.append(thread)
            begin(thread)
        raise SystemExit(0)

    host = WorkerHost()
    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(SystemExit):
        host.start()
    host.join(timeout_seconds=30)
    assert len(begun) == started + is_under_way
    assert stopping.is_set()
    assert not any(thread.is_alive() for thread in begun)
