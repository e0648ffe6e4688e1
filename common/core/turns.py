"""Let the threads of a web process compute one after the other.

They share one interpreter lock. Where several requests compute side by side, none is done
earlier, and each query of a transaction gives the lock away and waits to have it back: with four
threads a transaction of 10 ms of work held its rows for 100 ms, now for 25 (2 cores, MariaDB,
8 learners who hand in answers without a pause).
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from django.http import HttpRequest, HttpResponse

# Most answers take a quarter of it. Who takes longer, such as an import, an upload over a slow
# line or a block that asks another server, no longer holds the others up.
LIMIT_SECONDS: Final = 0.1


class Turns:
    """One turn at a time, in the order of coming; who has had it longer than the limit loses it."""

    def __init__(self, limit_seconds: float = LIMIT_SECONDS) -> None:
        self._limit = limit_seconds
        self._lock = threading.Lock()
        self._waiting: deque[_Turn] = deque()
        self._holder: _Turn | None = None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until it is one's turn: those before have ended theirs or lost them."""
        mine = _Turn()
        with self._lock:
            before = self._holder
            if before is None:
                self._give(mine)
            else:
                self._waiting.append(mine)
        if before is not None:
            self._wait(mine)
        try:
            yield
        finally:
            with self._lock:
                if self._holder is mine:
                    self._next()

    def _wait(self, mine: _Turn) -> None:
        while not mine.is_on.wait(self._limit):
            with self._lock:
                holder = self._holder
                if holder is not None and time.monotonic() - holder.since >= self._limit:
                    self._next()

    def _next(self) -> None:
        self._holder = None
        if self._waiting:
            self._give(self._waiting.popleft())

    def _give(self, turn: _Turn) -> None:
        self._holder, turn.since = turn, time.monotonic()
        turn.is_on.set()


class _Turn:
    """Somebody's turn: whether it has come, and since when."""

    __slots__ = ("is_on", "since")

    def __init__(self) -> None:
        self.is_on = threading.Event()
        self.since = 0.0


_turns = Turns()


class TurnMiddleware:
    """Make the answer in its turn; a file or a stream is sent after it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with _turns.turn():
            return self.get_response(request)
