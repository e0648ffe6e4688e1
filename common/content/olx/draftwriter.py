"""Write ``drafts/``: what the draft has otherwise than the published version.

A changed unit is written whole, with its parent and its place there. A container whose own
settings changed, or whose children went or moved, is written as a draft too, with its
complete list of children.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from common.content.data import CONTAINER_TYPES as SHAPE_TYPES
from common.content.data import Block, Definition
from common.content.olx.names import name_to_path
from common.content.olx.treewriter import TreeWriter
from common.content.references import COURSE_BLOCK
from common.core.keys import BlockKey, CourseKey, usage_key


class DraftWriter:
    """Compares two versions and writes the difference into ``files``."""

    def __init__(
        self,
        course_key: CourseKey,
        *,
        draft: Mapping[BlockKey, Block],
        published: Mapping[BlockKey, Block],
        definitions: Mapping[str, Definition],
        files: dict[str, bytes],
        reserved: Collection[str] = (),
    ) -> None:
        """``reserved`` are paths of files that are kept verbatim."""
        self._course_key = course_key
        self._draft = draft
        self._published = published
        self._equal: dict[BlockKey, bool] = {}
        self._visited: set[BlockKey] = set()
        # Drafts that said what was published already, when the course was imported.
        self._kept = set(draft[COURSE_BLOCK].xml.get("equal_drafts", ()))
        self._stems = {path.rpartition(".")[0] for path in reserved}
        self._pending: list[BlockKey] = []
        self._units = TreeWriter(
            course_key, draft, definitions, files, "drafts/", self._pending.append
        )
        self._containers = TreeWriter(
            course_key, draft, definitions, files, "drafts/", self._on_pointer
        )
        # One memory of what was written, whichever of the two wrote it.
        self._containers.written = self._units.written

    def write(self) -> int:
        """Write all drafts; return how many blocks have files of their own."""
        self._visit(COURSE_BLOCK, None, 0)
        return len(self._units.written)

    def _visit(self, key: BlockKey, parent: BlockKey | None, index: int) -> None:
        """Write what differs in a container that both versions have."""
        if key in self._visited:
            return
        self._visited.add(key)
        mine, theirs = self._draft[key], self._published[key]
        known = set(theirs.children)
        kept = [child for child in mine.children if child in known]
        same = replace(mine, children=()) == replace(theirs, children=())
        if not same or kept != list(theirs.children) or str(key) in self._kept:
            self._containers.write_file(key, attributes=self._place(parent, index))
        for position, child in enumerate(mine.children):
            if child in known and child.block_type in SHAPE_TYPES:
                self._visit(child, key, position)
            elif child not in known or not self._is_equal(child) or str(child) in self._kept:
                self._write_unit(child, self._place(key, position))

    def _on_pointer(self, key: BlockKey) -> None:
        # Containers that both versions have are visited on their own.
        both = key in self._published
        if not both or (key.block_type not in SHAPE_TYPES and not self._is_equal(key)):
            self._write_unit(key, {})

    def _write_unit(self, key: BlockKey, place: Mapping[str, str]) -> None:
        """Write a block and all that it points to."""
        self._units.write_file(key, attributes=place)
        while self._pending:
            below = self._pending.pop()
            # What equals the published block may be left out: where something else is kept
            # under the name of its file, it must be.
            stem = f"drafts/{below.block_type}/{name_to_path(below.block_id)}"
            if stem not in self._stems or not self._is_equal(below):
                self._units.write_file(below)

    def _is_equal(self, key: BlockKey) -> bool:
        """Tell whether a block and all below it are the same in both versions."""
        if key not in self._equal:
            mine, theirs = self._draft.get(key), self._published.get(key)
            self._equal[key] = mine == theirs and all(
                self._is_equal(child) for child in (mine.children if mine else ())
            )
        return self._equal[key]

    def _place(self, parent: BlockKey | None, index: int) -> dict[str, str]:
        if parent is None:
            return {}
        return {
            "parent_url": str(usage_key(self._course_key, parent)),
            "index_in_children_list": str(index),
        }
