"""Which blocks a person sees, until when, and for whom else it is the same.

The rules are those of ``common.courses.access``, asked for a whole outline at once: outline
pages, grades and navigation work from these sets. Pure; what depends on the outline and the
audience alone is kept with the outline.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final

from common.core.keys import BlockKey
from common.courses.access import hides_at, in_groups, is_hidden, opens_to
from common.courses.data import CourseOutline, OutlineBlock, Viewer
from common.courses.groups import effective_group, effective_selection, shown_children

SUBSECTION: Final = "sequential"


class Purpose(StrEnum):
    """What a set of visible blocks is for.

    Grades leave aside ``hide_after_due`` (points stay when content closes), and give staff too
    their own group's and selection's blocks, as that is what they are shown.
    """

    CONTENT = "content"
    GRADES = "grades"


def audience(outline: CourseOutline, viewer: Viewer) -> str:
    """Return a name for all that the outline asks about this person: equal names, equal blocks."""
    rank = "staff" if viewer.is_staff else "learner"
    if viewer.is_beta and outline.has_beta_dates:
        rank += "+beta"
    groups = []
    for number in sorted(outline.used_partition_ids):
        partition = outline.partition_by_id.get(number)
        group = None if partition is None else effective_group(viewer, partition)
        groups.append(f"{number}={group}")
    picks = [
        ",".join(str(child) for child in sorted(effective_selection(viewer, outline.blocks[key])))
        for key in outline.selecting_keys
    ]
    return "/".join([rank, *groups, *picks])


def opened_gates(outline: CourseOutline, viewer: Viewer) -> frozenset[BlockKey]:
    """Return the gates of the course that a person has opened: what an audience leaves aside.

    Grades do not ask for it; content does, beside the audience.
    """
    return viewer.opened.intersection(outline.gates) if outline.gates else frozenset()


def visible_blocks(
    outline: CourseOutline,
    viewer: Viewer,
    now: datetime,
    *,
    purpose: Purpose = Purpose.CONTENT,
) -> frozenset[BlockKey]:
    """Return the keys of all blocks that the person sees, ancestors seen included.

    Kept with the outline per audience and visibility window: cheap to ask again.
    """
    since, _until = visibility_window(outline, viewer, now, purpose=purpose)
    gates = opened_gates(outline, viewer) if purpose is Purpose.CONTENT else frozenset()
    name = ("visible", audience(outline, viewer), since, purpose, gates)
    return outline.remember(name, lambda: _compute_visible(outline, viewer, now, purpose))


def _compute_visible(
    outline: CourseOutline, viewer: Viewer, now: datetime, purpose: Purpose
) -> frozenset[BlockKey]:
    if viewer.is_staff and purpose is Purpose.CONTENT:
        return frozenset(outline.blocks)
    seen: set[BlockKey] = set()
    is_shut = purpose is Purpose.CONTENT and not viewer.is_staff
    # Subsections that are seen and open nothing: locked ones say what opens them, closed ones
    # that their due date has passed.
    shut = set(outline.gates).difference(viewer.opened) if is_shut else set()
    shown: dict[BlockKey, frozenset[BlockKey]] = {}
    for key, block in outline.blocks.items():
        parent = block.parent
        if parent is not None and (
            parent not in seen or parent in shut or (parent in shown and key not in shown[parent])
        ):
            continue
        if not viewer.is_staff and not _is_open(outline, viewer, block, now):
            continue
        if is_shut and is_hidden(outline, block, now):
            if key.block_type != SUBSECTION:
                continue
            shut.add(key)
        seen.add(key)
        if block.restricts_children:
            shown[key] = shown_children(outline, viewer, block)
    return frozenset(seen)


def _is_open(outline: CourseOutline, viewer: Viewer, block: OutlineBlock, now: datetime) -> bool:
    if block.staff_only:
        return False
    start = opens_to(block.start, block.days_early_for_beta, viewer)
    if start is not None and now < start:
        return False
    return not block.group_access or in_groups(outline, viewer, block)


def visibility_window(
    outline: CourseOutline,
    viewer: Viewer,
    now: datetime,
    *,
    purpose: Purpose = Purpose.CONTENT,
) -> tuple[datetime | None, datetime | None]:
    """Return from when until when nothing becomes visible or hidden; None: no such moment.

    ``from <= now < until``. The window may be narrower than needed, never wider.
    """
    if viewer.is_staff:
        return None, None
    instants = outline.remember(
        ("instants", viewer.is_beta, purpose),
        lambda: sorted(set(_iter_instants(outline, viewer, purpose))),
    )
    position = bisect_right(instants, now)
    return (
        instants[position - 1] if position else None,
        instants[position] if position < len(instants) else None,
    )


def _iter_instants(outline: CourseOutline, viewer: Viewer, purpose: Purpose) -> Iterable[datetime]:
    for block in outline.blocks.values():
        start = opens_to(block.start, block.days_early_for_beta, viewer)
        if start is not None:
            yield start
        hides = hides_at(outline.facts, block)
        if hides is not None and purpose is Purpose.CONTENT:
            yield hides


def next_visibility_change(
    outline: CourseOutline,
    viewer: Viewer,
    now: datetime,
    *,
    purpose: Purpose = Purpose.CONTENT,
) -> datetime | None:
    """Return the next moment at which something may appear or close; None: never again."""
    return visibility_window(outline, viewer, now, purpose=purpose)[1]
