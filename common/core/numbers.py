"""Numbers in what authors wrote."""

from __future__ import annotations

from math import isfinite
from typing import Any


def as_number(value: Any) -> float | None:
    """Return the finite number in ``value``, in text too; None for anything else, and booleans."""
    if value is None or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if isfinite(number) else None
