"""The LMS as gunicorn serves it, which also notes how long each write transaction held its locks.

Milliseconds from the moment that the transaction has begun (on SQLite: has the write lock) to the
end of its commit, one line for each, in the file that ``BENCH_TRANSACTIONS`` names.
"""

from __future__ import annotations

import os
import time
from typing import Any

from django.db.transaction import Atomic, get_connection

from lms.wsgi import application

__all__ = ["application"]

_enter, _exit = Atomic.__enter__, Atomic.__exit__
_log = os.open(os.environ["BENCH_TRANSACTIONS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)


def _begin(self: Any) -> None:
    connection = get_connection(self.using)
    is_outermost = not connection.in_atomic_block
    _enter(self)
    if is_outermost:
        connection.bench_began = time.perf_counter()


def _end(self: Any, *error: Any) -> None:
    connection = get_connection(self.using)
    try:
        _exit(self, *error)
    finally:
        if not connection.in_atomic_block:
            milliseconds = 1000 * (time.perf_counter() - connection.bench_began)
            os.write(_log, f"{milliseconds:.3f}\n".encode())


Atomic.__enter__, Atomic.__exit__ = _begin, _end  # type: ignore[method-assign]
