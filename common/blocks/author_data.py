"""What authors wrote, as the field data of the XBlock library; read only for learners."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from opaque_keys.edx.keys import AsideUsageKey
from xblock.exceptions import InvalidScopeError
from xblock.field_data import FieldData
from xblock.fields import Reference, ReferenceList, ReferenceValueDict, Scope

from common.blocks.source import INHERITED, BlockSource
from common.content.data import Block
from common.content.references import from_relative
from common.core.keys import BlockKey, CourseKey, UsageKey, block_key, usage_key

_STRUCTURE = (Scope.children, Scope.parent)
_PLAIN = (str, int, float, bool, type(None))


def copied(value: Any) -> Any:
    """Return a copy of a JSON value, so that nobody changes the shared one in place."""
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, dict | Mapping):
        return {name: copied(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [copied(item) for item in value]
    return value


class AuthorData(FieldData):
    """Scopes content, settings, children and parent of one course version.

    A learner's children are those that ``is_visible`` admits. Writing raises
    InvalidScopeError: content is changed in Studio, by operations, never by a block's view.
    """

    def __init__(
        self, source: BlockSource, course_key: CourseKey, is_visible: Callable[[BlockKey], bool]
    ) -> None:
        self.source = source
        self._course_key = course_key
        self._is_visible = is_visible
        # By the block's identity; the block is held, so that no other one can get it.
        self._contents: dict[int, tuple[Any, Block]] = {}

    def _block(self, block: Any) -> Block:
        held = self._contents.get(id(block))
        if held is not None:
            return held[1]
        usage_id = block.scope_ids.usage_id
        if isinstance(usage_id, AsideUsageKey):
            # Authors have no settings for asides: every field has its default.
            raise KeyError(usage_id)
        found = self.source.find(block_key(usage_id))
        if found is None:
            raise KeyError(usage_id)
        self._contents[id(block)] = (block, found)
        return found

    def _stored(self, block: Any, name: str) -> Any:
        """Return the stored JSON of a field; KeyError when the author did not set it."""
        content = self._block(block)
        scope = block.fields[name].scope
        if scope == Scope.children:
            return self._children(content)
        if scope == Scope.parent:
            parent = self.source.parent(content.key)
            return None if parent is None else usage_key(self._course_key, parent)
        if name in content.settings:
            return content.settings[name]
        return self.source.fields(content)[name]

    def _children(self, content: Block) -> list[UsageKey]:
        return [
            usage_key(self._course_key, child)
            for child in content.children
            if self._is_visible(child)
        ]

    def get(self, block: Any, name: str) -> Any:
        value = self._stored(block, name)
        return self._with_keys(block.fields[name], copied(value))

    def has(self, block: Any, name: str) -> bool:
        try:
            content = self._block(block)
        except KeyError:
            return False
        return (
            name in content.settings
            or name in self.source.fields(content)
            or block.fields[name].scope in _STRUCTURE
        )

    def default(self, block: Any, name: str) -> Any:
        """Return what the block inherits. Raises KeyError where the field's default applies."""
        if name not in INHERITED:
            raise KeyError(name)
        content = self._block(block)
        return copied(self.source.inherited(self.source.parent(content.key))[name])

    def set(self, block: Any, name: str, value: Any) -> None:
        raise InvalidScopeError(f"{block.scope_ids.usage_id}.{name} belongs to the authors")

    def set_many(self, block: Any, update_dict: Mapping[str, Any]) -> None:
        raise InvalidScopeError(
            f"{block.scope_ids.usage_id}: {sorted(update_dict)} belong to the authors"
        )

    def delete(self, block: Any, name: str) -> None:
        raise InvalidScopeError(f"{block.scope_ids.usage_id}.{name} belongs to the authors")

    def _with_keys(self, field: Any, value: Any) -> Any:
        """Turn course-relative references into usage keys, which is what blocks expect."""
        if isinstance(field, Reference):
            return self._key(value)
        if isinstance(field, ReferenceList) and isinstance(value, Collection):
            return [self._key(item) for item in value]
        if isinstance(field, ReferenceValueDict) and isinstance(value, dict):
            return {name: self._key(item) for name, item in value.items()}
        return value

    def _key(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return from_relative(value, self._course_key) or value


class PacedAuthorData(AuthorData):
    """The same for a learner with due dates of their own; ``due_of`` gives them by block."""

    def __init__(
        self,
        source: BlockSource,
        course_key: CourseKey,
        is_visible: Callable[[BlockKey], bool],
        due_of: Callable[[BlockKey], datetime | None],
    ) -> None:
        super().__init__(source, course_key, is_visible)
        self._due_of = due_of

    def get(self, block: Any, name: str) -> Any:
        own = self._own_due(block, name)
        return super().get(block, name) if own is None else own

    def has(self, block: Any, name: str) -> bool:
        return self._own_due(block, name) is not None or super().has(block, name)

    def _own_due(self, block: Any, name: str) -> datetime | None:
        if name != "due" or isinstance(block.scope_ids.usage_id, AsideUsageKey):
            return None
        return self._due_of(block_key(block.scope_ids.usage_id))
