"""Read blocks of one course version as the runtime needs them: content, ancestors, inheritance."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from common.blocks import kept
from common.content import api as content
from common.content.data import Block, Definition
from common.content.errors import ContentError
from common.content.references import parse_relative
from common.core.keys import BlockKey
from common.courses.data import CourseOutline

# Settings that a block without its own value takes from the nearest ancestor that has one
# (reference: olx, section 2).
INHERITED: Final = frozenset({
    "graded", "start", "due", "relative_weeks_due", "graceperiod", "visible_to_staff_only",
    "group_access", "showanswer", "show_correctness", "rerandomize", "max_attempts",
    "show_reset_button", "days_early_for_beta", "user_partitions", "self_paced", "hide_from_toc",
    "in_entrance_exam", "static_asset_path", "edxnotes", "video_speed_optimizations",
    "video_auto_advance", "video_bumper", "use_latex_compiler", "matlab_api_key", "xqa_key",
    "giturl", "course_edit_method",
})  # fmt: skip

# Settings of conditional blocks that name blocks anywhere in the course.
_REFERRING: Final = frozenset({"sources_list", "show_tag_list"})

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class BlockSource:
    """The blocks of one version, read through its outline, so that one section is fetched.

    Content is shared by the whole process: values are copied by whoever hands them out.
    """

    def __init__(self, version: content.CourseVersion, outline: CourseOutline) -> None:
        self.version = version
        self.outline = outline
        self._blocks: dict[BlockKey, Block | None] = {}
        self._definitions: dict[str, Definition] = {}
        self._unreadable: dict[BlockKey, str] = {}
        self._inherited: dict[BlockKey, Mapping[str, Any]] = {}

    def section_of(self, key: BlockKey) -> BlockKey | None:
        """Return the section that a block lies in; None for the course and what is detached."""
        section = None
        current: BlockKey | None = key
        while current is not None and current != self.outline.course:
            section = current
            block = self.outline.blocks.get(current)
            if block is None:
                return None
            current = block.parent
        return section

    def find(self, key: BlockKey) -> Block | None:
        """Return a block, or None when the version has none of this key."""
        if key not in self._blocks:
            section = self.section_of(key)
            known = key in self.outline.blocks
            # Nothing outside the outline is shown, so no search through every section.
            self._blocks[key] = self.version.find(key, section=section) if known else None
        return self._blocks[key]

    def fields(self, block: Block) -> Mapping[str, Any]:
        """Return the content-scope fields of a block, in JSON form.

        Of a block whose package came after the import also its settings; nothing when its class
        cannot read what the import kept (see ``unreadable``).
        """
        if block.definition is None:
            return _NOTHING
        if block.definition not in self._definitions:
            self.load_definitions([block.definition])
        definition = self._definitions[block.definition]
        if kept.needs_reading(block):
            return self._read_kept(block.key, definition)
        return definition.fields

    def _read_kept(self, key: BlockKey, definition: Definition) -> Mapping[str, Any]:
        if key not in self._unreadable:
            try:
                return kept.read_fields(key.block_type, definition)
            except ContentError as error:
                self._unreadable[key] = str(error.user_message)
        return _NOTHING

    def unreadable(self, block: Block) -> str:
        """Return why the class of a block cannot read what an import kept; "" when it can."""
        self.fields(block)
        return self._unreadable.get(block.key, "")

    def load_definitions(self, hashes: Collection[str]) -> None:
        """Bring these definitions in one store call; none when they are here already."""
        missing = [item for item in dict.fromkeys(hashes) if item not in self._definitions]
        if missing:
            self._definitions.update(content.get_definitions(missing))

    def parent(self, key: BlockKey) -> BlockKey | None:
        """Return the parent of a block; None for the course, or a block that is not reached."""
        block = self.outline.blocks.get(key)
        return block.parent if block else None

    def inherited(self, key: BlockKey | None) -> Mapping[str, Any]:
        """Return what children of ``key`` inherit: the nearest set value of each setting."""
        if key is None:
            return _NOTHING
        if key not in self._inherited:
            block = self.find(key)
            own = block.settings if block else _NOTHING
            above = self.inherited(self.parent(key))
            here = {name: value for name, value in own.items() if name in INHERITED}
            self._inherited[key] = {**above, **here} if here else above
        return self._inherited[key]

    def iter_subtree(self, key: BlockKey) -> Iterator[Block]:
        """Yield a block and all below it, in document order."""
        stack, seen = [key], set()
        while stack:
            current = stack.pop()
            block = self.find(current)
            if block is not None and current not in seen:
                seen.add(current)
                yield block
                stack.extend(reversed(block.children))

    def iter_path(self, key: BlockKey) -> Iterator[BlockKey]:
        """Yield the keys of the parent, its parent, and so on up to the course."""
        parent = self.parent(key)
        while parent is not None:
            yield parent
            parent = self.parent(parent)

    def load_referenced(self, blocks: Iterable[Block]) -> list[BlockKey]:
        """Return the blocks elsewhere that these look at, their sections brought in one call."""
        named = {
            parse_relative(text)
            for block in blocks
            for name in _REFERRING & block.settings.keys()
            for text in _items(block.settings[name])
            if isinstance(text, str)
        }
        keys = {key for key in named if key is not None and key in self.outline.blocks}
        sections = {section for key in keys if (section := self.section_of(key)) is not None}
        if sections:
            self.version.sections(sections)
        return sorted(keys)


def _items(value: Any) -> Collection[Any]:
    # Settings are authors' text: what is no list names nothing, and costs only its own block.
    return value if isinstance(value, list | tuple) else ()
