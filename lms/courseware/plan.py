"""A course as a reader walks through it: sections, subsections, units, in order.

Pure, made from the outline for all who see the same blocks, and kept with it; who completed what
is laid over it for each page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from common.content.data import CONTAINER_TYPES
from common.core.keys import BlockKey
from common.courses.api import (
    Purpose,
    audience,
    closed_gate,
    is_hidden,
    opened_gates,
    visibility_window,
    visible_blocks,
)
from common.courses.data import CompletionMode, CourseOutline, OutlineBlock, Viewer

Completions = Mapping[BlockKey, float]


@dataclass(frozen=True, slots=True)
class UnitPlan:
    """One page of the course. ``leaves`` are the blocks that complete it together."""

    key: BlockKey
    title: str
    leaves: tuple[BlockKey, ...]
    has_score: bool
    staff_only: bool


@dataclass(frozen=True, slots=True)
class SubsectionPlan:
    """A run of units with one due date and, when graded, one assignment type.

    ``due`` is everybody's; ``OpenCourse.due_of`` knows those who have a date of their own.
    ``opens_after``: the title of the subsection that has to be done first, None when it is open.
    ``closed``: of one that its due date has closed, what was to do in it; None when it is open.
    ``rows`` keeps its units as HTML, to do and done: see ``lms.courseware.rows``.
    """

    key: BlockKey
    title: str
    format: str | None
    graded: bool
    due: datetime | None
    staff_only: bool
    units: tuple[UnitPlan, ...]
    opens_after: str | None = None
    closed: tuple[BlockKey, ...] | None = None
    rows: dict[tuple[str, str], tuple[tuple[str, str], ...]] = field(
        default_factory=dict, compare=False, repr=False
    )


@dataclass(frozen=True, slots=True)
class SectionPlan:
    """A chapter of the course. ``units`` are those of its subsections, in order.

    ``leaves`` are the blocks that complete them; ``highlights`` sentences of its authors.
    """

    key: BlockKey
    title: str
    staff_only: bool
    subsections: tuple[SubsectionPlan, ...]
    units: tuple[UnitPlan, ...]
    leaves: tuple[BlockKey, ...]
    highlights: tuple[str, ...] = ()


@dataclass(frozen=True)
class CoursePlan:
    """What one audience walks through. ``units`` is flat, in order."""

    sections: tuple[SectionPlan, ...]

    @cached_property
    def units(self) -> tuple[UnitPlan, ...]:
        return tuple(unit for section in self.sections for unit in section.units)

    @cached_property
    def _positions(self) -> Mapping[BlockKey, int]:
        return {unit.key: position for position, unit in reversed(list(enumerate(self.units)))}

    @cached_property
    def _parents(self) -> Mapping[BlockKey, tuple[SectionPlan, SubsectionPlan]]:
        return {
            unit.key: (section, subsection)
            for section in reversed(self.sections)
            for subsection in reversed(section.subsections)
            for unit in subsection.units
        }

    @cached_property
    def units_by_leaf(self) -> Mapping[BlockKey, BlockKey]:
        """The first unit that each completable block is in."""
        return {leaf: unit.key for unit in reversed(self.units) for leaf in unit.leaves}

    @cached_property
    def _all_units_by_leaf(self) -> Mapping[BlockKey, list[UnitPlan]]:
        found: dict[BlockKey, list[UnitPlan]] = {}
        for unit in self.units:
            for leaf in unit.leaves:
                found.setdefault(leaf, []).append(unit)
        return found

    @cached_property
    def countable(self) -> int:
        """How many units can be completed."""
        return sum(1 for unit in self.units if unit.leaves)

    def complete_units(self, completions: Completions) -> set[BlockKey]:
        """Return the units that are complete. Takes as long as there are completions."""
        units = self._all_units_by_leaf
        begun = {unit.key: unit for leaf in completions for unit in units.get(leaf, ())}
        return {key for key, unit in begun.items() if is_complete(unit, completions)}

    def unit_of(self, key: BlockKey | None) -> BlockKey | None:
        """Return the unit that a block is, or is completed in; None for what is in none."""
        if key is None or self.has(key):
            return key
        return self.units_by_leaf.get(key)

    def has(self, key: BlockKey) -> bool:
        """Tell whether the block is a unit that this audience sees."""
        return key in self._positions

    def neighbours(self, key: BlockKey) -> tuple[UnitPlan | None, UnitPlan | None]:
        """Return the units before and after one. Raises KeyError."""
        position = self._positions[key]
        before = self.units[position - 1] if position else None
        after = self.units[position + 1] if position + 1 < len(self.units) else None
        return before, after

    def place(self, key: BlockKey) -> tuple[SectionPlan, SubsectionPlan]:
        """Return the section and subsection of a unit. Raises KeyError."""
        return self._parents[key]

    def first_unit_in(self, key: BlockKey) -> UnitPlan | None:
        """Return the first unit of a section, subsection or (any other key) nothing."""
        for section in self.sections:
            if section.key == key:
                return next(iter(section.units), None)
            for subsection in section.subsections:
                if subsection.key == key:
                    return next(iter(subsection.units), None)
        return None


def is_complete(unit: UnitPlan, completions: Completions) -> bool:
    """Tell whether all that a unit asks for is done; a unit that asks for nothing never is."""
    return bool(unit.leaves) and all(completions.get(leaf, 0.0) >= 1.0 for leaf in unit.leaves)


def plan_of(outline: CourseOutline, viewer: Viewer, now: datetime) -> CoursePlan:
    """Return what a viewer walks through now; kept with the outline."""
    since, _until = visibility_window(outline, viewer, now)
    gates = opened_gates(outline, viewer)
    name = ("plan of pages", audience(outline, viewer), since, gates)
    return outline.remember(name, lambda: _make_plan(outline, viewer, now))


def _make_plan(outline: CourseOutline, viewer: Viewer, now: datetime) -> CoursePlan:
    maker = _Maker(outline, viewer, now)
    return CoursePlan(tuple(map(maker.section, maker.children(outline.course))))


class _Maker:
    """Makes the parts of a plan from the blocks that one audience sees."""

    def __init__(self, outline: CourseOutline, viewer: Viewer, now: datetime) -> None:
        self._outline = outline
        self._visible = visible_blocks(outline, viewer, now)
        self._is_staff = viewer.is_staff
        self._viewer = viewer
        self._now = now

    def children(self, key: BlockKey) -> list[OutlineBlock]:
        return [
            block
            for block in self._outline.children(key)
            if block.key in self._visible and (self._is_staff or not block.hide_from_toc)
        ]

    def section(self, block: OutlineBlock) -> SectionPlan:
        subsections = tuple(map(self.subsection, self.children(block.key)))
        units = tuple(unit for subsection in subsections for unit in subsection.units)
        return SectionPlan(
            key=block.key,
            title=block.display_name,
            staff_only=block.staff_only,
            subsections=subsections,
            units=units,
            leaves=tuple(leaf for unit in units for leaf in unit.leaves),
            highlights=tuple(block.extra.get("highlights", ())),
        )

    def subsection(self, block: OutlineBlock) -> SubsectionPlan:
        # Content directly in a section is a subsection of one page.
        is_container = block.key.block_type in CONTAINER_TYPES
        locked = closed_gate(self._outline, self._viewer, block.key)
        units = self.children(block.key) if is_container else [block]
        return SubsectionPlan(
            key=block.key,
            title=block.display_name,
            format=block.format,
            graded=block.graded,
            due=block.due,
            staff_only=block.staff_only,
            units=tuple(map(self.unit, units)),
            opens_after=None if locked is None else self._title_before(locked),
            closed=self._closed(block),
        )

    def _closed(self, block: OutlineBlock) -> tuple[BlockKey, ...] | None:
        if self._is_staff or not is_hidden(self._outline, block, self._now):
            return None
        # Closed content keeps its points, and what was done in it.
        kept = visible_blocks(self._outline, self._viewer, self._now, purpose=Purpose.GRADES)
        return self._leaves(block, kept)

    def _title_before(self, locked: BlockKey) -> str:
        return self._outline.block(self._outline.gates[locked].before).display_name

    def unit(self, block: OutlineBlock) -> UnitPlan:
        below = self._outline.iter_subtree(block.key)
        return UnitPlan(
            key=block.key,
            title=block.display_name,
            leaves=self._leaves(block, self._visible),
            has_score=any(part.has_score for part in below if part.key in self._visible),
            staff_only=block.staff_only,
        )

    def _leaves(self, block: OutlineBlock, seen: frozenset[BlockKey]) -> tuple[BlockKey, ...]:
        return tuple(
            part.key
            for part in self._outline.iter_subtree(block.key)
            if part.key in seen and part.completion_mode == CompletionMode.COMPLETABLE.value
        )
