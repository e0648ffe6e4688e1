"""Keep Python's cyclic garbage collector from walking what a process keeps for long.

A full collection looks at every container that is not frozen. A decoded course of 10,000 blocks
has some 100,000 of them: 35 ms, with every thread of the process waiting, and in the middle of
whatever transaction was open.
"""

from __future__ import annotations

import gc

__all__ = ["settle"]


def settle() -> None:
    """Leave all that lives now out of coming collections; call it after loading something big.

    What is frozen is still freed when nothing refers to it any more: only cycles are not found.
    Young ones are collected first; the few old ones that may be left go with their process, which
    is replaced now and then (``gunicorn_config.max_requests``).
    """
    gc.collect(1)
    gc.freeze()
