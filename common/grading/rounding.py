"""Round as grading policies do: halves go away from zero, not to the even neighbour."""

from __future__ import annotations

from math import floor


def round_half_up(value: float, digits: int) -> float:
    """Return a number >= 0 to so many decimals, halves up."""
    scale: int = 10**digits
    return floor(value * scale + 0.5) / scale
