"""What is put into the search index and what comes out. Frozen, dumb data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# The filter that is worked out from ``since`` and ``until`` when one asks, never stored.
PHASE = "phase"


@dataclass(frozen=True, slots=True)
class Document:
    """One thing that can be found. ``stamp`` names what it was made from; the same stamp, the same.

    ``facets``: filter → values it falls under. ``since`` and ``until``: epoch seconds.
    """

    name: str
    stamp: str
    title: str
    body: str
    facets: Mapping[str, tuple[str, ...]]
    since: float
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody looks for. ``chosen``: filter → values, one of which must hold.

    ``now`` decides the phases ``coming``, ``running`` and ``ended``.
    """

    text: str
    chosen: Mapping[str, tuple[str, ...]]
    facets: tuple[str, ...]  # to be counted
    now: float
    first: int = 0
    limit: int = 20


@dataclass(frozen=True, slots=True)
class Found:
    """A page of names, the best first, how many there are, and filter → value → how many.

    The counts of a filter are under the text and all other filters: what one would see after
    choosing that value alone.
    """

    names: tuple[str, ...]
    total: int
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
