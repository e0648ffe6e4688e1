"""A version being changed in memory, and written as a new version that shares what is equal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Self

from common.content import codec
from common.content.data import CONTAINER_TYPES, JSON, Asset, Block, Definition, Root, SectionRef
from common.content.objects import ObjectWriter
from common.content.olx.settle import settle_children
from common.content.trees import collect_subtree, write_assets, write_root
from common.content.versions import CourseVersion
from common.core.keys import BlockKey


class Workspace:
    """A mutable course over an immutable version. Only touched sections are written again.

    A block whose last parent lets it go is dropped by ``reap``; blocks that the base held
    detached stay so until something lists them.
    """

    def __init__(self, base: CourseVersion) -> None:
        self.base = base
        self.course = base.course
        self.policy: JSON = base.root.policy
        self.pages: Mapping[str, str] = base.root.pages
        self.extras: Mapping[str, str] = base.root.extras
        self.writer = ObjectWriter()
        # Bodies given to the writer, which may not have sent them yet.
        self.definitions: dict[str, Definition] = {}
        self._new_assets: Mapping[str, Asset] | None = None
        # Blocks that differ from the base; None: removed.
        self._changed: dict[BlockKey, Block | None] = {}
        self._let_go: set[BlockKey] = set()

    @classmethod
    def empty_copy(cls, of: CourseVersion) -> Self:
        """Return the course with its settings, policy, assets and pages, and no section."""
        root = replace(of.root, sections=(), detached=None)
        return cls(CourseVersion("", root))

    @property
    def assets(self) -> Mapping[str, Asset]:
        return self.base.assets if self._new_assets is None else self._new_assets

    @assets.setter
    def assets(self, assets: Mapping[str, Asset]) -> None:
        self._new_assets = assets

    def find(self, key: BlockKey) -> Block | None:
        """Return the block as it is now, or None."""
        if key == self.course.key:
            return self.course
        if key in self._changed:
            return self._changed[key]
        return self.base.find(key)

    @cached_property
    def _parents(self) -> dict[BlockKey, list[BlockKey]]:
        parents: dict[BlockKey, list[BlockKey]] = {}
        for block in self._iter_all():
            for child in block.children:
                parents.setdefault(child, []).append(block.key)
        return parents

    def _iter_all(self) -> Iterator[Block]:
        yield self.course
        for block in self.base.iter_blocks(detached=True):
            if block.key != self.course.key and block.key not in self._changed:
                yield block
        yield from (block for block in self._changed.values() if block is not None)

    def parents_of(self, key: BlockKey) -> tuple[BlockKey, ...]:
        """Return every block that lists ``key``."""
        return tuple(self._parents.get(key, ()))

    def iter_subtree(self, key: BlockKey) -> Iterator[Block]:
        """Yield the block and all below it, each once, in document order; nothing if absent."""
        seen: set[BlockKey] = set()
        stack = [key]
        while stack:
            current = stack.pop()
            block = None if current in seen else self.find(current)
            if block is None:
                continue
            seen.add(current)
            yield block
            stack.extend(reversed(block.children))

    def put(self, block: Block) -> None:
        """Add the block, or replace the one of this key."""
        before = self.find(block.key)
        old_children = before.children if before is not None else ()
        if old_children != block.children:
            self._relink(block.key, old_children, block.children)
            block = settle_children(block)
        if block.key == self.course.key:
            self.course = block
        else:
            self._changed[block.key] = block

    def _relink(
        self, parent: BlockKey, before: tuple[BlockKey, ...], after: tuple[BlockKey, ...]
    ) -> None:
        for child in set(before) - set(after):
            self._parents[child].remove(parent)
            self._let_go.add(child)
        for child in after:
            if child not in before:
                self._parents.setdefault(child, []).append(parent)

    def reap(self) -> None:
        """Drop blocks whose last parent let them go, and what only they held."""
        while self._let_go:
            key = self._let_go.pop()
            block = self.find(key)
            if block is None or self._parents.get(key):
                continue
            self._relink(key, block.children, ())
            self._changed[key] = None

    def unlink(self, key: BlockKey, *, from_parents: tuple[BlockKey, ...] | None = None) -> None:
        """Take ``key`` out of its parents' lists (of all, by default); ``reap`` then drops it."""
        for parent in self.parents_of(key) if from_parents is None else from_parents:
            block = self.find(parent)
            if block is not None and key in block.children:
                kept = tuple(child for child in block.children if child != key)
                self.put(replace(block, children=kept))

    def is_below(self, key: BlockKey, top: BlockKey) -> bool:
        """Tell whether ``key`` is ``top`` or below it."""
        return any(block.key == key for block in self.iter_subtree(top))

    def unit_of(self, key: BlockKey) -> BlockKey:
        """Return the unit that holds ``key``: the topmost ancestor that is no container.

        A container is its own answer.
        """
        unit = key
        seen = {key}
        while parents := self.parents_of(key):
            key = parents[0]
            if key in seen:
                break
            seen.add(key)
            if key.block_type not in CONTAINER_TYPES:
                unit = key
        return unit

    def write(self) -> str:
        """Write what changed; return the version id, the base's own when nothing did.

        Raises InvalidTreeError.
        """
        self.reap()
        reached: set[BlockKey] = {self.course.key}
        sections = tuple(
            SectionRef(key, self._write_section(key, reached)) for key in self.course.children
        )
        root = Root(
            course=replace(self.course, children=()),
            sections=sections,
            detached=self._write_detached(reached),
            policy=self.policy,
            assets=self._write_assets(),
            pages=self.pages,
            extras=self.extras,
        )
        if self.base.id and codec.encode_root(root) == codec.encode_root(self.base.root):
            # Definitions that nothing names in the end may be pending; they are not needed.
            return self.base.id
        return write_root(root, writer=self.writer)

    def _write_section(self, key: BlockKey, reached: set[BlockKey]) -> str:
        known = self.base.chunk_id(key)
        if known is not None:
            chunk = self.base.section(key)
            if not any(changed in chunk for changed in self._changed):
                reached.update(chunk)
                return known
        below = collect_subtree(key, self.find)
        reached.update(below)
        return self.writer.add(codec.encode_chunk(below.values()))

    def _write_detached(self, reached: set[BlockKey]) -> str | None:
        if self.base.root.detached is None:
            return None
        loose = {block.key: block for block in self._iter_all() if block.key not in reached}
        return self.writer.add(codec.encode_chunk(loose.values())) if loose else None

    def _write_assets(self) -> str:
        if self._new_assets is None:
            return self.base.root.assets
        return write_assets(self._new_assets, writer=self.writer)
