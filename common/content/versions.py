"""Read one version of a course: its root at once, its sections when they are asked for.

A request that knows its section costs two store calls cold (root, chunk) and none warm.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from common.content import codec
from common.content.codec import Chunk
from common.content.data import Asset, Block, Root
from common.content.errors import BlockNotFoundError, MissingObjectError, VersionNotFoundError
from common.content.objects import fetch, fetch_with
from common.core.keys import BlockKey


def load_version(version_id: str, *, also: Collection[str] = ()) -> CourseVersion:
    """Return a version; one store call, none when its root is in memory and ``also`` is empty.

    ``also`` are ids of derived objects to bring in the same call; those that exist are in
    ``CourseVersion.also``. Raises VersionNotFoundError, ContentUnavailableError.
    """
    try:
        roots, extra = fetch_with([version_id], codec.decode_root, also=also)
    except MissingObjectError as error:
        raise VersionNotFoundError(f"no version {version_id}") from error
    return CourseVersion(version_id, roots[version_id], extra)


class CourseVersion:
    """An immutable course. Chunks are fetched once an instance and shared between instances.

    A block that two sections reach is in both chunks, equal. Blocks and their values are
    shared by all readers in the process: copy before changing anything in place.
    """

    def __init__(
        self, version_id: str, root: Root, also: Mapping[str, bytes] | None = None
    ) -> None:
        self.id = version_id
        self.root = root
        self.also: Mapping[str, bytes] = also or {}
        self._chunks: dict[str, Chunk] = {}
        # Every block of the version, once all chunks were needed.
        self._all: dict[BlockKey, Block] | None = None

    @cached_property
    def course(self) -> Block:
        """The course block; its children are the sections."""
        return replace(
            self.root.course, children=tuple(section.key for section in self.root.sections)
        )

    @cached_property
    def _chunk_ids(self) -> dict[BlockKey, str]:
        return {section.key: section.chunk for section in self.root.sections}

    def chunk_id(self, section: BlockKey) -> str | None:
        """Return the id of a section's chunk: equal ids are equal sections. None: no such one."""
        return self._chunk_ids.get(section)

    def _fetch_chunks(self, chunk_ids: Iterable[str]) -> None:
        missing = [chunk_id for chunk_id in chunk_ids if chunk_id not in self._chunks]
        if missing:
            self._chunks.update(fetch(missing, codec.decode_chunk))

    def section(self, key: BlockKey) -> Chunk:
        """Return the section and all below it. Raises BlockNotFoundError."""
        return self.sections([key])[key]

    def sections(self, keys: Collection[BlockKey] | None = None) -> dict[BlockKey, Chunk]:
        """Return several sections (None: all), in one store call. Raises BlockNotFoundError."""
        wanted = list(self._chunk_ids) if keys is None else list(keys)
        for key in wanted:
            if key not in self._chunk_ids:
                raise BlockNotFoundError(f"no section {key} in version {self.id}")
        self._fetch_chunks(self._chunk_ids[key] for key in wanted)
        return {key: self._chunks[self._chunk_ids[key]] for key in wanted}

    @property
    def detached(self) -> Chunk:
        """Return the blocks that the course does not reach."""
        if self.root.detached is None:
            return {}
        self._fetch_chunks([self.root.detached])
        return self._chunks[self.root.detached]

    def _load_all(self) -> dict[BlockKey, Block]:
        if self._all is None:
            chunk_ids = [section.chunk for section in self.root.sections]
            if self.root.detached is not None:
                chunk_ids.append(self.root.detached)
            self._fetch_chunks(chunk_ids)
            self._all = {}
            for chunk_id in chunk_ids:
                self._all.update(self._chunks[chunk_id])
        return self._all

    def find(self, key: BlockKey, *, section: BlockKey | None = None) -> Block | None:
        """Return the block, or None. ``section``, where known, saves fetching the others."""
        if key == self.root.course.key:
            return self.course
        if self._all is None:
            if section in self._chunk_ids:
                self._fetch_chunks([self._chunk_ids[section]])
            for chunk in self._chunks.values():
                if key in chunk:
                    return chunk[key]
        return self._load_all().get(key)

    def block(self, key: BlockKey, *, section: BlockKey | None = None) -> Block:
        """Return the block. Raises BlockNotFoundError."""
        found = self.find(key, section=section)
        if found is None:
            raise BlockNotFoundError(f"no block {key} in version {self.id}")
        return found

    def has(self, key: BlockKey) -> bool:
        """Tell whether the version has this block, reachable or not."""
        return self.find(key) is not None

    def section_of(self, key: BlockKey) -> BlockKey | None:
        """Return the first section that holds the block; None for the course and detached ones."""
        for section, chunk in self.sections().items():
            if key in chunk:
                return section
        return None

    def iter_subtree(self, key: BlockKey) -> Iterator[Block]:
        """Yield the block and all below it, each once, in document order."""
        seen: set[BlockKey] = set()
        stack = [key]
        while stack:
            current = stack.pop()
            if current in seen:
                continue
            seen.add(current)
            block = self.block(current)
            yield block
            stack.extend(reversed(block.children))

    def iter_blocks(self, *, detached: bool = False) -> Iterator[Block]:
        """Yield the reachable blocks in document order, the course first, each once.

        With ``detached`` the unreachable ones follow, by key. One store call.
        """
        self._load_all()  # one call, where the walk would make one a section
        yield from self.iter_subtree(self.root.course.key)
        if detached:
            yield from (self.detached[key] for key in sorted(self.detached))

    @cached_property
    def parents(self) -> Mapping[BlockKey, BlockKey]:
        """Each reachable block's parent: the first in document order that lists it."""
        parents: dict[BlockKey, BlockKey] = {}
        for block in self.iter_blocks():
            for child in block.children:
                parents.setdefault(child, block.key)
        return parents

    @cached_property
    def assets(self) -> Mapping[str, Asset]:
        """The uploaded files by path; one store call."""
        manifest: Mapping[str, Asset] = fetch([self.root.assets], codec.decode_assets)[
            self.root.assets
        ]
        return manifest
