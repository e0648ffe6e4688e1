"""Django's SQLite, with writers who wait for one another without sleeping too long.

SQLite lets one process write at a time; whoever finds the file locked sleeps 1, 2, 5 … 100 ms and
looks again, so that the lock lies unused for a third of the time when many write. Here writers
first queue up at a file beside the database, where they look every third of a millisecond. The
queue is a courtesy: SQLite's own lock decides, also for programs that know nothing of it.
"""

from __future__ import annotations

import fcntl
import os
import time
from functools import lru_cache
from typing import Any, Final

from django.db.backends.sqlite3 import base

_LOOK_EVERY_SECONDS: Final = 0.0003
# Then SQLite's own waiting goes on, up to the ``timeout`` of the connection.
PATIENCE_SECONDS: Final = 0.25
SUFFIX: Final = "-queue"


class _Cursor(base.SQLiteCursorWrapper):
    """A cursor that keeps what Django's placeholders are in SQLite's, by statement."""

    def convert_query(self, query: str, *, param_names: Any = None) -> str:
        if param_names is not None:
            return str(super().convert_query(query, param_names=param_names))
        return _converted(query)


@lru_cache(maxsize=1_000)
def _converted(query: str) -> str:
    return str(base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%"))


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose write transactions queue up."""

    def create_cursor(self, name: str | None = None) -> Any:
        return self.connection.cursor(factory=_Cursor)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._queue: int | None = None
        self._is_first = False

    def _start_transaction_under_autocommit(self) -> None:
        self._queue_up()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc] # Django stubs leave it out
        except BaseException:
            self._step_out()
            raise

    def _commit(self) -> Any:
        try:
            return super()._commit()  # type: ignore[misc] # Django stubs leave it out
        finally:
            self._step_out()

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc] # Django stubs leave it out
        finally:
            self._step_out()

    def _close(self) -> Any:
        try:
            return super()._close()  # type: ignore[misc] # Django stubs leave it out
        finally:
            self._is_first = False
            if self._queue is not None:
                os.close(self._queue)
                self._queue = None

    def _queue_up(self) -> None:
        if self._is_first or self.is_in_memory_db():
            return
        try:
            if self._queue is None:
                name = f"{self.settings_dict['NAME']}{SUFFIX}"
                self._queue = os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._is_first = _lock(self._queue)
        except OSError:
            # A file system without such locks, or a folder that only the database may be in.
            self._is_first = False

    def _step_out(self) -> None:
        if self._is_first and self._queue is not None:
            self._is_first = False
            fcntl.flock(self._queue, fcntl.LOCK_UN)


def _lock(file: int) -> bool:
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                return False
            time.sleep(_LOOK_EVERY_SECONDS)
        else:
            return True
