"""Edits as operations: each says what an author wants, and what the author saw.

``bind`` fills in what was seen; ``apply`` changes a workspace that may have moved on since. An
operation applies to any newer version, except where the same field of the same block was
changed, or one of the two was a deletion: that is an EditConflictError.

Settings of the course, sections and subsections, the policy, assets, pages and extras take
effect when saved: ``apply_published`` puts them into the published version too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Final, Protocol, Self

from common.content.codec import block_bytes, encode_definition
from common.content.data import CONTAINER_TYPES, JSON, Block, Definition
from common.content.errors import (
    BlockExistsError,
    BlockNotFoundError,
    EditConflictError,
    InvalidOperationError,
)
from common.content.objects import get_definitions
from common.content.olx.codecs.opaque import UNREAD
from common.content.olx.fields import NATIVE_TYPES
from common.content.olx.kept import lift
from common.content.olx.settle import needs_body, settle_edit
from common.content.workspace import Workspace
from common.core.jsontext import canonical_bytes, sha256_hex
from common.core.keys import BlockKey


class Unset(Enum):
    """The one value that says: this field is not set here (JSON's null is a value)."""

    UNSET = "unset"


UNSET: Final = Unset.UNSET


class Operation(Protocol):
    """One wanted change."""

    def bind(self, seen: Workspace) -> Self:
        """Return the operation with what the author saw filled in. Raises for what is not there."""

    def apply(self, workspace: Workspace) -> None:
        """Change the draft. Raises EditConflictError."""

    def apply_published(self, published: Workspace, draft: Workspace) -> None:
        """Change the published version, where this takes effect at once; else do nothing."""


def same(left: Any, right: Any) -> bool:
    """Tell whether two JSON values are the same; 1, 1.0 and true are not."""
    if left is UNSET or right is UNSET:
        return left is right
    return canonical_bytes(left) == canonical_bytes(right)


def merge_fields(
    current: Mapping[str, Any],
    wanted: Mapping[str, Any],
    base: Mapping[str, Any],
    *,
    block: BlockKey | None,
    label: str = "",
) -> dict[str, Any]:
    """Return ``current`` with ``wanted`` put in; UNSET takes a field out.

    Raises EditConflictError for the first field that is neither as the author saw it nor as
    wanted already.
    """
    merged = dict(current)
    for name, value in wanted.items():
        now, seen = current.get(name, UNSET), base.get(name, UNSET)
        if not same(now, seen) and not same(now, value):
            raise EditConflictError(
                block=block, field=label + name, base=seen, current=now, wanted=value
            )
        if value is UNSET:
            merged.pop(name, None)
        else:
            merged[name] = value
    return merged


def _seen_fields(
    wanted: Mapping[str, Any], base: Mapping[str, Any] | None, current: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what the author saw of the wanted fields: what the page said, else the version."""
    told = base or {}
    return {name: told.get(name, current.get(name, UNSET)) for name in wanted}


def _get_seen(seen: Workspace, key: BlockKey) -> Block:
    block = seen.find(key)
    if block is None:
        raise BlockNotFoundError(f"no block {key}")
    return block


def _lifted(workspace: Workspace, block: Block) -> tuple[Block, Definition | None]:
    """Return a block and its body as a class installed since its import reads them.

    None: the body is not needed here, and not read.
    """
    if block.definition is None or block.key.block_type in NATIVE_TYPES:
        return block, None
    return lift(block, _stored_definition(workspace, block))


def _get_current(workspace: Workspace, key: BlockKey, *, wanted: Any) -> Block:
    block = workspace.find(key)
    if block is None:
        raise EditConflictError(block=key, field="", base=None, current=None, wanted=wanted)
    return block


@dataclass(frozen=True, slots=True)
class SetFields:
    """Set settings of one block; UNSET as a value takes the setting away.

    ``base`` holds the values that the author's page showed, where they are known.
    """

    block: BlockKey
    fields: Mapping[str, JSON]
    base: Mapping[str, JSON] | None = None

    def bind(self, seen: Workspace) -> SetFields:
        block, _ = _lifted(seen, _get_seen(seen, self.block))
        return replace(self, base=_seen_fields(self.fields, self.base, block.settings))

    def apply(self, workspace: Workspace) -> None:
        current = _get_current(workspace, self.block, wanted=self.fields)
        block, body = _lifted(workspace, current)
        settings = merge_fields(block.settings, self.fields, self.base or {}, block=self.block)
        put_settings(workspace, block, settings, body)

    def apply_published(self, published: Workspace, draft: Workspace) -> None:
        block = published.find(self.block)
        if block is not None and self.block.block_type in CONTAINER_TYPES:
            current = {name: block.settings.get(name, UNSET) for name in self.fields}
            settings = merge_fields(block.settings, self.fields, current, block=self.block)
            put_settings(published, block, settings)


@dataclass(frozen=True, slots=True)
class SetContent:
    """Set content-scope fields of one block; UNSET takes one away. Raw OLX follows them."""

    block: BlockKey
    fields: Mapping[str, JSON]
    base: Mapping[str, JSON] | None = None

    def bind(self, seen: Workspace) -> SetContent:
        current = read_definition(seen, _get_seen(seen, self.block))
        return replace(self, base=_seen_fields(self.fields, self.base, current.fields))

    def apply(self, workspace: Workspace) -> None:
        block = _get_current(workspace, self.block, wanted=self.fields)
        block, current = lift(block, _stored_definition(workspace, block))
        if UNREAD in block.xml:
            raise InvalidOperationError(f"{self.block} is kept as XML: it has no fields yet")
        fields = merge_fields(current.fields, self.fields, self.base or {}, block=self.block)
        put_definition(workspace, block, replace(current, fields=fields))

    def apply_published(self, published: Workspace, draft: Workspace) -> None:
        _copy_definition(self.block, published, draft)


@dataclass(frozen=True, slots=True)
class SetDefinition:
    """Replace the whole body of one block; None: it has none. ``base`` is the hash seen."""

    block: BlockKey
    definition: Definition | None
    base: str | Unset | None = UNSET

    def bind(self, seen: Workspace) -> SetDefinition:
        block = _get_seen(seen, self.block)
        return replace(self, base=block.definition) if self.base is UNSET else self

    def apply(self, workspace: Workspace) -> None:
        current = _get_current(workspace, self.block, wanted=self.definition)
        block, _ = _lifted(workspace, current)
        definition = settle_edit(block, self.definition)[1]
        wanted = None if definition is None else sha256_hex(encode_definition(definition))
        if block.definition not in {self.base, wanted}:
            raise EditConflictError(
                block=self.block,
                field="definition",
                base=self.base,
                current=block.definition,
                wanted=wanted,
            )
        put_definition(workspace, block, self.definition)

    def apply_published(self, published: Workspace, draft: Workspace) -> None:
        _copy_definition(self.block, published, draft)


def read_definition(workspace: Workspace, block: Block) -> Definition:
    """Return a block's body, one that this workspace has not sent yet included."""
    return lift(block, _stored_definition(workspace, block))[1]


def _stored_definition(workspace: Workspace, block: Block) -> Definition:
    if block.definition is None:
        return Definition()
    pending = workspace.definitions.get(block.definition)
    return pending or get_definitions([block.definition])[block.definition]


def put_settings(
    workspace: Workspace,
    block: Block,
    settings: Mapping[str, JSON],
    body: Definition | None = None,
) -> None:
    """Give the block these settings, and what OLX remembers of it accordingly.

    ``body``: what is in its definition, where the caller has read that.
    """
    block = replace(block, settings=settings)
    if needs_body(block):
        if body is None and block.definition is not None:
            body = _stored_definition(workspace, block)
        put_definition(workspace, block, body)
    else:
        workspace.put(settle_edit(block, None)[0])


def put_definition(workspace: Workspace, block: Block, definition: Definition | None) -> None:
    """Give the block this body, as an import of its export would read it."""
    block, definition = settle_edit(block, definition)
    definition_hash = None
    if definition is not None:
        definition_hash = workspace.writer.add_definition(definition)
        workspace.definitions[definition_hash] = definition
    workspace.put(replace(block, definition=definition_hash))


def _copy_definition(key: BlockKey, published: Workspace, draft: Workspace) -> None:
    target, source = published.find(key), draft.find(key)
    if target is not None and source is not None and key.block_type in CONTAINER_TYPES:
        published.put(replace(target, definition=source.definition))


@dataclass(frozen=True, slots=True)
class Place:
    """Where among its siblings: after one of them if that is still there, else at an index.

    Neither: at the end.
    """

    after: BlockKey | None = None
    index: int | None = None

    def insert(self, siblings: tuple[BlockKey, ...], key: BlockKey) -> tuple[BlockKey, ...]:
        """Return the siblings with ``key`` at this place."""
        others = [sibling for sibling in siblings if sibling != key]
        position = len(others)
        if self.after in others:
            position = others.index(self.after) + 1
        elif self.index is not None:
            position = max(0, min(self.index, len(others)))
        return (*others[:position], key, *others[position:])


@dataclass(frozen=True, slots=True)
class AddBlock:
    """Add a new block, without children, below ``parent``."""

    parent: BlockKey
    block: Block
    definition: Definition | None = None
    place: Place = field(default_factory=Place)

    def bind(self, seen: Workspace) -> AddBlock:
        _get_seen(seen, self.parent)
        if self.block.children or self.block.definition is not None:
            raise InvalidOperationError(
                f"{self.block.key} is added bare; children and body have operations of their own"
            )
        if self.block.key.block_type == "course":
            raise InvalidOperationError("a course cannot be put into a course")
        return self

    def apply(self, workspace: Workspace) -> None:
        parent = _get_current(workspace, self.parent, wanted=self.block.key)
        if workspace.find(self.block.key) is not None:
            raise BlockExistsError(f"block {self.block.key} is there already")
        put_definition(workspace, self.block, self.definition)
        children = self.place.insert(parent.children, self.block.key)
        workspace.put(replace(parent, children=children))

    def apply_published(self, published: Workspace, draft: Workspace) -> None:
        """Do nothing: what is new is a draft until it is published."""


@dataclass(frozen=True, slots=True)
class MoveBlock:
    """Put a block, with all below it, under ``parent`` at a place; reordering included."""

    block: BlockKey
    parent: BlockKey
    place: Place = field(default_factory=Place)
    base: tuple[BlockKey, ...] | None = None

    def bind(self, seen: Workspace) -> MoveBlock:
        _get_seen(seen, self.block)
        _get_seen(seen, self.parent)
        if self.block == seen.course.key or seen.is_below(self.parent, self.block):
            raise InvalidOperationError(f"{self.block} cannot be moved into {self.parent}")
        if self.base is not None:
            return self
        return replace(self, base=seen.parents_of(self.block))

    def apply(self, workspace: Workspace) -> None:
        _get_current(workspace, self.block, wanted=self.parent)
        _get_current(workspace, self.parent, wanted=self.block)
        parents = workspace.parents_of(self.block)
        # Sorted: the order in which several parents are listed says nothing.
        moved = sorted(parents) != sorted(self.base or ()) and parents != (self.parent,)
        if moved or workspace.is_below(self.parent, self.block):
            raise EditConflictError(
                block=self.block,
                field="parent",
                base=[str(key) for key in self.base or ()],
                current=[str(key) for key in parents],
                wanted=str(self.parent),
            )
        workspace.unlink(
            self.block, from_parents=tuple(key for key in parents if key != self.parent)
        )
        parent = _get_current(workspace, self.parent, wanted=self.block)
        children = self.place.insert(parent.children, self.block)
        workspace.put(replace(parent, children=children))

    def apply_published(self, published: Workspace, draft: Workspace) -> None:
        """Do nothing: a move is a draft until it is published."""


def subtree_stamp(workspace: Workspace, key: BlockKey) -> dict[BlockKey, str]:
    """Return a hash of each block of a subtree, to find out later what was changed in it."""
    return {block.key: sha256_hex(block_bytes(block)) for block in workspace.iter_subtree(key)}


@dataclass(frozen=True, slots=True)
class DeleteBlock:
    """Delete a block with all below it. Conflicts with edits of any of them."""

    block: BlockKey
    base: Mapping[BlockKey, str] | None = None

    def bind(self, seen: Workspace) -> DeleteBlock:
        _get_seen(seen, self.block)
        if self.block == seen.course.key:
            raise InvalidOperationError("the course block cannot be deleted")
        return (
            self if self.base is not None else replace(self, base=subtree_stamp(seen, self.block))
        )

    def apply(self, workspace: Workspace) -> None:
        current = subtree_stamp(workspace, self.block)
        base = self.base or {}
        if not current:
            # Deleted already: both wanted the same.
            return
        for key in sorted(current.keys() | base.keys()):
            if current.get(key) != base.get(key):
                raise EditConflictError(
                    block=key, field="", base=base.get(key), current=current.get(key), wanted=None
                )
        workspace.unlink(self.block)
        workspace.reap()

    def apply_published(self, published: Workspace, draft: Workspace) -> None:
        """Do nothing: learners keep what was published until the deletion is published."""
