"""Arithmetic with instants that authors write: whatever the numbers, there is an answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

# A day inside of what ``datetime`` holds, so that no time zone leads out of it.
FIRST: Final = datetime(1, 1, 2, tzinfo=UTC)
LAST: Final = datetime(9999, 12, 30, 23, 59, 59, tzinfo=UTC)


def shift(instant: datetime, *, days: float = 0.0, seconds: float = 0.0) -> datetime:
    """Return an aware instant so much later; FIRST or LAST where the calendar ends before."""
    try:
        return instant + timedelta(days=days, seconds=seconds)
    except OverflowError:
        return LAST if days + seconds / 86_400 > 0 else FIRST
