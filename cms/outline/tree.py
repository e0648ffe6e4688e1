"""The draft of a course as a tree of lines, each saying how it stands to what learners see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from common.content import api as content
from common.content.api import CourseVersion, PublishState
from common.content.data import CONTAINER_TYPES, Block, Heads
from common.core.keys import BlockKey
from common.courses.api import read_flag, read_instant, read_title


class Status(StrEnum):
    """What stands beside a unit, as a word."""

    DRAFT = "draft"  # never published
    PUBLISHED = "published"
    CHANGED = "changed"
    DELETED = "deleted"  # gone from the draft, learners still see it


@dataclass(frozen=True, slots=True)
class Line:
    """One container or unit. ``waiting`` counts the units below (or this) not as published."""

    key: BlockKey
    title: str
    is_unit: bool
    status: Status
    staff_only: bool
    format: str
    start: datetime | None
    due: datetime | None
    waiting: int
    children: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Tree:
    """The whole course."""

    title: str
    sections: tuple[Line, ...]
    waiting: int
    unit_count: int
    is_published: bool

    def iter_waiting(self) -> Iterator[Line]:
        """Give the units that publishing everything would change, in the order of the course."""
        for line in self.sections:
            yield from _iter_waiting(line)


def _iter_waiting(line: Line) -> Iterator[Line]:
    if line.is_unit and line.waiting:
        yield line
    for child in line.children:
        yield from _iter_waiting(child)


def read_tree(heads: Heads) -> Tree:
    """Return the draft of a course. At most four store calls."""
    draft = content.load_version(heads.draft)
    published = None
    if heads.published is not None:
        published = (
            draft if heads.published == heads.draft else content.load_version(heads.published)
        )
    states = {} if published is draft else content.compare_versions(draft, published)
    maker = _Maker(draft, published, states)
    sections = tuple(maker.lines(draft.course.key, staff_only=False))
    return Tree(
        title=str(draft.course.settings.get("display_name") or ""),
        sections=sections,
        waiting=sum(line.waiting for line in sections),
        unit_count=sum(_count_units(line) for line in sections),
        is_published=published is not None,
    )


def _count_units(line: Line) -> int:
    return int(line.is_unit) + sum(map(_count_units, line.children))


_STATUS = {
    PublishState.NEW: Status.DRAFT,
    PublishState.CHANGED: Status.CHANGED,
    PublishState.DELETED: Status.DELETED,
    PublishState.PUBLISHED: Status.PUBLISHED,
}


class _Maker:
    """Makes lines from two versions."""

    def __init__(
        self,
        draft: CourseVersion,
        published: CourseVersion | None,
        states: Mapping[BlockKey, PublishState],
    ) -> None:
        self._draft = draft
        self._published = published
        self._states = states

    def lines(self, parent: BlockKey, *, staff_only: bool) -> Iterator[Line]:
        """Give the lines below a container, those that only learners still see at the end."""
        here = self._draft.block(parent).children if self._draft.has(parent) else ()
        for key in here:
            yield self._line(self._draft.block(key), staff_only=staff_only)
        if self._published is not None and self._published.has(parent):
            for key in self._published.block(parent).children:
                if self._states.get(key) is PublishState.DELETED:
                    yield self._line(self._published.block(key), staff_only=staff_only)

    def _line(self, block: Block, *, staff_only: bool) -> Line:
        settings = block.settings
        hidden = staff_only or read_flag(settings.get("visible_to_staff_only"))
        is_unit = block.key.block_type not in CONTAINER_TYPES
        status = _STATUS[self._states.get(block.key, PublishState.PUBLISHED)]
        children = () if is_unit else tuple(self.lines(block.key, staff_only=hidden))
        waits = is_unit and status is not Status.PUBLISHED
        return Line(
            key=block.key,
            title=read_title(settings.get("display_name"), block.key),
            is_unit=is_unit,
            status=status,
            staff_only=hidden,
            format=str(settings.get("format") or "") if settings.get("graded") else "",
            start=read_instant(settings.get("start")),
            due=read_instant(settings.get("due")),
            waiting=int(waits) + sum(child.waiting for child in children),
            children=children,
        )
