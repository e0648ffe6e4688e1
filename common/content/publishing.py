"""Publish, discard, revert, and tell what is not published yet.

Publishing grafts a unit's subtree (or a container's) from the draft into the published
version; discarding grafts the other way. A block has one body in a version, so a graft also
takes its blocks out of places that they have left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum

from common.content.codec import block_bytes
from common.content.data import CONTAINER_TYPES, Block, Heads
from common.content.editing import move_until_first
from common.content.errors import (
    BlockNotFoundError,
    EditConflictError,
    InvalidOperationError,
    VersionNotFoundError,
)
from common.content.history import is_version_of
from common.content.versions import CourseVersion, load_version
from common.content.workspace import Workspace
from common.core.keys import BlockKey, CourseKey


def publish(
    course_key: CourseKey, key: BlockKey | None = None, *, author_id: int | None, message: str
) -> Heads:
    """Make the draft of ``key`` what learners see; None or the course: all of it.

    A block inside a unit stands for its unit. A container brings all that is below it,
    deletions included; a unit of a new container brings the bare container. A key that the
    draft no longer has is taken out of the published version. Raises BlockNotFoundError,
    CourseNotFoundError.
    """

    def make(heads: Heads) -> tuple[str, str | None]:
        draft = load_version(heads.draft)
        if key is None or key == draft.root.course.key:
            return heads.draft, heads.draft
        published = (
            Workspace.empty_copy(draft)
            if heads.published is None
            else Workspace(load_version(heads.published))
        )
        graft(Workspace(draft), published, key)
        return heads.draft, published.write()

    return move_until_first(course_key, make, author_id=author_id, message=message)


def discard_changes(
    course_key: CourseKey, key: BlockKey | None = None, *, author_id: int | None, message: str
) -> Heads:
    """Make the draft of ``key`` what learners see now; None or the course: all of it.

    What was drafted stays in the history. Raises InvalidOperationError when ``key`` was never
    published: deleting it is another operation.
    """

    def make(heads: Heads) -> tuple[str, str | None]:
        if heads.published is None:
            raise InvalidOperationError(f"nothing of {course_key} was ever published")
        published = load_version(heads.published)
        if key is None or key == published.root.course.key:
            return heads.published, heads.published
        source, draft = Workspace(published), Workspace(load_version(heads.draft))
        if source.find(key) is None and draft.find(key) is not None:
            top = draft.unit_of(key)
            if source.find(top) is None:
                raise InvalidOperationError(f"{key} was never published")
        graft(source, draft, key)
        return draft.write(), heads.published

    return move_until_first(course_key, make, author_id=author_id, message=message)


def revert_to(
    course_key: CourseKey,
    version_id: str,
    *,
    author_id: int | None,
    message: str,
    seen: str | None = None,
) -> Heads:
    """Make an earlier version the draft again.

    What takes effect when saved (settings of the course and its containers, policy, assets,
    pages, extras) goes back for learners too; units wait to be published. Raises
    VersionNotFoundError unless the version is in this course's history, and EditConflictError
    when ``seen`` is given and is not the draft any more.
    """
    if not is_version_of(course_key, version_id):
        raise VersionNotFoundError(f"version {version_id} is not in the history of {course_key}")
    version = load_version(version_id)

    def make(heads: Heads) -> tuple[str, str | None]:
        if seen is not None and heads.draft != seen:
            raise EditConflictError(
                block=None, field="draft", base=seen, current=heads.draft, wanted=version_id
            )
        if heads.published is None:
            return version_id, None
        published = Workspace(load_version(heads.published))
        copy_immediate(version, published)
        return version_id, published.write()

    return move_until_first(course_key, make, author_id=author_id, message=message)


def graft(source: Workspace, target: Workspace, key: BlockKey) -> None:
    """Make the unit or container of ``key`` in ``target`` what it is in ``source``.

    Raises BlockNotFoundError when neither has it.
    """
    top = _top_of(source, target, key)
    if source.find(top) is None:
        target.unlink(top)
        target.reap()
        return
    subtree = list(source.iter_subtree(top))
    for block in subtree:
        target.put(block)
    _leave_old_places(source, target, subtree)
    for parent in source.parents_of(top):
        _ensure_container(source, target, parent)
        _place_child(source, target, parent, top)
    target.reap()
    if not target.is_below(top, target.course.key):
        raise InvalidOperationError(f"{top} stands in what has moved too: publish that first")


def _top_of(source: Workspace, target: Workspace, key: BlockKey) -> BlockKey:
    for workspace in (source, target):
        if workspace.find(key) is not None:
            return key if key.block_type in CONTAINER_TYPES else workspace.unit_of(key)
    raise BlockNotFoundError(f"no block {key}")


def _leave_old_places(source: Workspace, target: Workspace, subtree: list[Block]) -> None:
    for block in subtree:
        left = tuple(
            parent
            for parent in target.parents_of(block.key)
            if block.key not in _children(source, parent)
        )
        target.unlink(block.key, from_parents=left)


def _children(workspace: Workspace, key: BlockKey) -> tuple[BlockKey, ...]:
    block = workspace.find(key)
    return block.children if block is not None else ()


def _ensure_container(source: Workspace, target: Workspace, key: BlockKey) -> None:
    """Have ``key`` in ``target``, bare if it is new there, with its ancestors."""
    if target.find(key) is not None:
        return
    block = source.find(key)
    if block is None:
        raise BlockNotFoundError(f"no block {key}")
    target.put(replace(block, children=()))
    for parent in source.parents_of(key):
        _ensure_container(source, target, parent)
        _place_child(source, target, parent, key)


def _place_child(source: Workspace, target: Workspace, parent: BlockKey, child: BlockKey) -> None:
    """List ``child`` under ``parent`` of ``target``, among its siblings as in ``source``."""
    block = target.find(parent)
    wanted = _children(source, parent)
    if block is None or child not in wanted:
        return
    known = set(block.children)
    common = [sibling for sibling in wanted if sibling in known]
    if child in known and common == [k for k in block.children if k in set(wanted)]:
        return
    others = [sibling for sibling in block.children if sibling != child]
    before = [sibling for sibling in wanted[: wanted.index(child)] if sibling in others]
    position = others.index(before[-1]) + 1 if before else 0
    target.put(replace(block, children=(*others[:position], child, *others[position:])))


def copy_immediate(source: CourseVersion, target: Workspace) -> None:
    """Give ``target`` what takes effect when saved, as ``source`` has it."""
    target.policy = source.root.policy
    target.pages = source.root.pages
    target.extras = source.root.extras
    if source.root.assets != target.base.root.assets:
        target.assets = source.assets
    for block in list(target.iter_subtree(target.course.key)):
        wanted = source.find(block.key) if block.key.block_type in CONTAINER_TYPES else None
        if wanted is not None:
            target.put(replace(wanted, children=block.children))


class PublishState(StrEnum):
    """How a unit or container of the draft stands to what learners see."""

    PUBLISHED = "published"
    CHANGED = "changed"
    NEW = "new"
    DELETED = "deleted"


def compare_versions(
    draft: CourseVersion, published: CourseVersion | None
) -> Mapping[BlockKey, PublishState]:
    """Return the units and containers that are not as published; all others are.

    A container is changed when anything below it is. Deleted ones are listed too. Reads the
    sections that differ, in one store call a version.
    """
    equal = set() if published is None else _equal_sections(draft, published)
    new = _units(draft, without=equal)
    old = {} if published is None else _units(published, without=equal)
    states = {
        key: PublishState.CHANGED if key in old else PublishState.NEW
        for key, unit in new.items()
        if key not in old or not _is_same(old[key], unit)
    }
    states.update((key, PublishState.DELETED) for key in old.keys() - new.keys())
    for units in (new, old):
        _mark_ancestors(states, units)
    return states


_Unit = tuple[BlockKey | None, tuple[Block, ...]]


def _equal_sections(left: CourseVersion, right: CourseVersion) -> set[BlockKey]:
    return {
        section.key
        for section in left.root.sections
        if section.chunk == right.chunk_id(section.key)
    }


def _units(version: CourseVersion, *, without: set[BlockKey]) -> dict[BlockKey, _Unit]:
    """Return each container (alone) and unit (with all below it), with its parent."""
    version.sections([section for section in version.course.children if section not in without])
    units: dict[BlockKey, _Unit] = {}
    stack: list[tuple[BlockKey, BlockKey | None]] = [(version.root.course.key, None)]
    while stack:
        key, parent = stack.pop()
        if key in units or key in without:
            continue
        if key.block_type in CONTAINER_TYPES:
            block = version.block(key)
            units[key] = (parent, (block,))
            stack.extend((child, key) for child in reversed(block.children))
        else:
            units[key] = (parent, tuple(version.iter_subtree(key)))
    return units


def _is_same(left: _Unit, right: _Unit) -> bool:
    """Compare exactly: true is not 1. Blocks of a shared chunk are the same objects."""
    return (
        left[0] == right[0]
        and len(left[1]) == len(right[1])
        and all(
            one is other or block_bytes(one) == block_bytes(other)
            for one, other in zip(left[1], right[1], strict=True)
        )
    )


def _mark_ancestors(states: dict[BlockKey, PublishState], units: Mapping[BlockKey, _Unit]) -> None:
    for key in list(states):
        parent = units[key][0] if key in units else None
        while parent is not None:
            states.setdefault(parent, PublishState.CHANGED)
            parent = units[parent][0]


def has_unpublished_changes(
    draft: CourseVersion, published: CourseVersion | None, key: BlockKey
) -> bool:
    """Tell whether publishing ``key`` would change what learners see."""
    unit = Workspace(draft).unit_of(key) if draft.has(key) else key
    return unit in compare_versions(draft, published)
