"""Count calls to the object store, for tests and benchmarks that assert them.

Kept apart from the learner database's statements. A call is one ``get_many``, ``put_many``
or ``has_many``; ``round_trips`` are the statements or commands that it took, so that a call
which hides many cannot look cheap.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class CallCount:
    """Running totals of one ``count_calls`` block."""

    calls: int = 0
    round_trips: int = 0
    objects: int = 0
    payload_bytes: int = 0


_counts: ContextVar[tuple[CallCount, ...]] = ContextVar("content_store_counts", default=())


@contextmanager
def count_calls() -> Iterator[CallCount]:
    """Yield totals that grow with every store call made inside the block, in this context."""
    count = CallCount()
    token = _counts.set((*_counts.get(), count))
    try:
        yield count
    finally:
        _counts.reset(token)


def record_call(*, round_trips: int, objects: int, payload_bytes: int) -> None:
    """Add one call to every open count; stores call it once for each of their methods."""
    for count in _counts.get():
        count.calls += 1
        count.round_trips += round_trips
        count.objects += objects
        count.payload_bytes += payload_bytes
