"""One measured value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Value:
    """One measured value; ``target`` is None where none was set."""

    name: str
    value: float
    unit: str
    target: str | None
    params: dict[str, Any] = field(default_factory=dict)
