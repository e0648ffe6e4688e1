"""Keep recently decoded objects in the process, up to a number of bytes.

Only immutable things are kept, so nothing here can be stale. It says nothing about what the
store holds: a write is never left out because an object is cached.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Any, Final

# Decoded objects take about this many times the bytes of their JSON: on four real courses,
# with tracemalloc, chunks took 3.4 to 5.3 times as many and definitions 1.0 to 1.8.
DECODED_FACTOR: Final = 4


class ByteLRU:
    """Least recently used values up to ``limit_bytes``; safe between threads.

    A value larger than half the limit is not kept: it would push out all others.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self._values: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._used_bytes = 0
        self._lock = Lock()

    @property
    def used_bytes(self) -> int:
        return self._used_bytes

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: Hashable) -> Any:
        """Return the value, or None."""
        with self._lock:
            entry = self._values.get(key)
            if entry is None:
                return None
            self._values.move_to_end(key)
            return entry[0]

    def put(self, key: Hashable, value: Any, size_bytes: int) -> None:
        """Keep ``value``, which takes about ``size_bytes`` in memory."""
        if size_bytes > self.limit_bytes // 2:
            return
        with self._lock:
            previous = self._values.pop(key, None)
            if previous is not None:
                self._used_bytes -= previous[1]
            self._values[key] = (value, size_bytes)
            self._used_bytes += size_bytes
            while self._used_bytes > self.limit_bytes:
                _, (_, dropped_bytes) = self._values.popitem(last=False)
                self._used_bytes -= dropped_bytes

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._values.clear()
            self._used_bytes = 0
