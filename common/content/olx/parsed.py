"""A course on its way from files to a version: plain data that readers fill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from common.content.data import JSON
from common.content.references import COURSE_BLOCK
from common.core.keys import BlockKey, CourseKey


@dataclass(slots=True)
class ParsedBlock:
    """One block as read. ``file`` and ``line`` say where, for warnings."""

    key: BlockKey
    settings: dict[str, JSON] = field(default_factory=dict)
    fields: dict[str, JSON] = field(default_factory=dict)
    children: list[BlockKey] = field(default_factory=list)
    xml: dict[str, JSON] = field(default_factory=dict)
    olx: str | None = None
    file: str = ""
    line: int | None = None

    @property
    def content(self) -> tuple[object, ...]:
        """All that a version keeps of the block."""
        return self.settings, self.fields, self.children, self.xml, self.olx

    @property
    def has_definition(self) -> bool:
        return bool(self.fields) or self.olx is not None


@dataclass(frozen=True, slots=True)
class SourceCourse:
    """The course that an archive was made from, as it names itself."""

    key: CourseKey
    run: str


@dataclass(slots=True)
class Branches:
    """The blocks of both heads.

    ``drafts`` holds only what was read for the draft; ``from_drafts`` its keys that files under
    ``drafts/`` gave, without parents that merely list a new child.
    """

    published: dict[BlockKey, ParsedBlock] = field(default_factory=dict)
    drafts: dict[BlockKey, ParsedBlock] = field(default_factory=dict)
    from_drafts: set[BlockKey] = field(default_factory=set)
    # Draft roots that say what is published already; kept, so that they are exported again.
    equal_drafts: list[str] = field(default_factory=list)

    def draft_blocks(self) -> dict[BlockKey, ParsedBlock]:
        """Return all blocks as authors see them, reachable ones only."""
        return reachable({**self.published, **self.drafts})


Blocks = Mapping[BlockKey, ParsedBlock]


def is_same(key: BlockKey, one: Blocks, other: Blocks) -> bool:
    """Tell whether a block and all below it are the same in both."""
    pending = [key]
    seen = set()
    while pending:
        current = pending.pop()
        if current in seen:
            continue
        seen.add(current)
        mine, theirs = one.get(current), other.get(current)
        if mine is theirs and mine is not None:
            pending.extend(mine.children)
            continue
        if mine is None or theirs is None or mine.content != theirs.content:
            return False
        pending.extend(mine.children)
    return True


def reachable(blocks: Mapping[BlockKey, ParsedBlock]) -> dict[BlockKey, ParsedBlock]:
    """Return the blocks that the course reaches, in document order."""
    found: dict[BlockKey, ParsedBlock] = {}
    stack = [COURSE_BLOCK]
    while stack:
        key = stack.pop()
        if key in found:
            continue
        found[key] = blocks[key]
        stack.extend(reversed(blocks[key].children))
    return found
