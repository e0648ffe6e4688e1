"""Let the threads of a web process compute one after the other.

They share one interpreter lock. Where several requests compute side by side, none is done
earlier, and each query of a transaction gives the lock away and waits to have it back: with four
threads a transaction of 10 ms of work held its rows for 100 ms, now for 25 (2 cores, MariaDB,
8 learners who hand in answers without a pause).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from django.http import HttpRequest, HttpResponse

# Most answers take a quarter of it. Who takes longer, such as an import, an upload over a slow
# line or a block that asks another server, no longer holds the others up.
LIMIT_SECONDS: Final = 0.1


class Turns:
    """One turn at a time; whoever has had it for longer than the limit has lost it."""

    def __init__(self, limit_seconds: float = LIMIT_SECONDS) -> None:
        self._limit = limit_seconds
        self._changed = threading.Condition(threading.Lock())
        self._holder: object | None = None
        self._since = 0.0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until the turn is free or its holder has lost it, at most so long for each."""
        me = object()
        with self._changed:
            while self._holder is not None:
                left = self._since + self._limit - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(left)
            self._holder, self._since = me, time.monotonic()
        try:
            yield
        finally:
            with self._changed:
                if self._holder is me:
                    self._holder = None
                    self._changed.notify()


_turns = Turns()


class TurnMiddleware:
    """Make the answer in its turn; a file or a stream is sent after it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with _turns.turn():
            return self.get_response(request)
