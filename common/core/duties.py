"""Background duties: small work that one worker at a time repeats for the whole site.

An app registers its duty when Django starts; the worker of ``common.tasks`` carries them
out, each in a thread of its own and under a lease, so that the apps know nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class DutyHold(Protocol):
    """The right to carry out a duty now."""

    def keep(self) -> bool:
        """Prolong the right; False when it was lost or the worker stops: return soon."""


@dataclass(frozen=True, slots=True)
class Duty:
    """``run`` is called every ``interval_seconds`` while this process holds the lease.

    It must bear that another process runs it at the same time for a moment, after a pause
    that outlasted the lease.
    """

    name: str
    interval_seconds: float
    run: Callable[[DutyHold], None]


_duties: dict[str, Duty] = {}


def register_duty(duty: Duty) -> None:
    """Add a duty; one of the same name is replaced."""
    _duties[duty.name] = duty


def all_duties() -> list[Duty]:
    """Return the registered duties in the order of their names."""
    return [_duties[name] for name in sorted(_duties)]
