"""Threads that meet a block class for the first time at once all see its fields."""

from __future__ import annotations

import sys
from threading import Barrier, Thread

from xblock.core import XBlock
from xblock.fields import Scope, String

from common.core.blockclasses import settle

THREADS = 8


def _fresh_class(number: int) -> type[XBlock]:
    fields = {f"field{each}": String(scope=Scope.settings) for each in range(200)}
    base = type(f"Base{number}", (XBlock,), fields)
    return type(f"Block{number}", (base,), {})


def test_first_use_by_several_threads_at_once_is_whole_in_each() -> None:
    # Threads change places as often as they can: without the lock most rounds fail.
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for number in range(20):
            _meet(_fresh_class(number))
    finally:
        sys.setswitchinterval(interval)


def _meet(block_class: type[XBlock]) -> None:
    barrier, seen = Barrier(THREADS), []

    def use() -> None:
        barrier.wait()
        seen.append(len(settle(block_class).fields or {}))

    threads = [Thread(target=use) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == THREADS
    assert min(seen) >= 200
