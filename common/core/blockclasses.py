"""Make block classes ready before threads share them.

The XBlock library computes a class's fields and services on first use, and while one thread
computes them every other thread is given None; a subclass asked for meanwhile can stay broken
for the life of the process. Computed once under a lock, they are only read afterwards.
"""

from __future__ import annotations

from threading import RLock
from typing import TypeVar

Class = TypeVar("Class", bound=type)

_LAZY = ("_services_requested", "_combined_services", "fields")
_lock = RLock()
_settled: set[type] = set()


def settle(block_class: Class) -> Class:
    """Return the class, its lazily computed parts and those of its bases computed."""
    if block_class not in _settled:
        with _lock:
            for part in reversed(block_class.__mro__):
                for name in _LAZY:
                    getattr(part, name, None)
            _settled.add(block_class)
    return block_class
