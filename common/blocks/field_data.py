"""The field data of a session: authors' scopes from the version, learners' from the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from xblock.field_data import FieldData
from xblock.runtime import KvsFieldData

from common.blocks import types
from common.blocks.author_data import AuthorData, copied
from common.blocks.learner_data import Record
from common.core.keys import block_key

if TYPE_CHECKING:
    from common.blocks.session import BlockSession


class SessionFieldData(FieldData):
    """Routes by whose the field is: all twelve combinations of user and block are legal."""

    def __init__(self, author: AuthorData, session: BlockSession) -> None:
        self._author = author
        self._store = session.store
        self._learner = KvsFieldData(session.store)
        # By the block's identity; the block is held, so that no other one can get it.
        self._records: dict[int, tuple[Any, Record]] = {}

    def _part(self, block: Any, name: str) -> FieldData:
        return self._author if name in types.author_fields(type(block)) else self._learner

    def _record(self, block: Any) -> Record:
        """Return the learner's row of a block: a page asks for its fields some hundred times."""
        found = self._records.get(id(block))
        if found is None:
            record = self._store.record_of(block_key(block.scope_ids.usage_id))
            found = self._records[id(block)] = (block, record)
        return found[1]

    def get(self, block: Any, name: str) -> Any:
        if name in types.state_fields(type(block)):
            kept = self._record(block).values[name]
            return kept if name in types.whole_fields(type(block)) else copied(kept)
        return self._part(block, name).get(block, name)

    def has(self, block: Any, name: str) -> bool:
        if name in types.state_fields(type(block)):
            return name in self._record(block).values
        return bool(self._part(block, name).has(block, name))

    def set(self, block: Any, name: str, value: Any) -> None:
        if name in types.state_fields(type(block)):
            is_whole = name in types.whole_fields(type(block))
            self._record(block).set(name, value if is_whole else copied(value))
            return
        self._part(block, name).set(block, name, value)

    def delete(self, block: Any, name: str) -> None:
        self._part(block, name).delete(block, name)

    def default(self, block: Any, name: str) -> Any:
        """Return what an author's field inherits. Raises KeyError where its own default holds."""
        if name in types.author_fields(type(block)):
            return self._author.default(block, name)
        raise KeyError(name)

    def set_many(self, block: Any, update_dict: Mapping[str, Any]) -> None:
        """Keep several fields. Raises InvalidScopeError when one of them is the authors'."""
        of_authors = types.author_fields(type(block))
        refused = {name: value for name, value in update_dict.items() if name in of_authors}
        # The authors' part raises, so it goes first: a block is saved whole or not at all.
        if refused:
            self._author.set_many(block, refused)
        for name, value in update_dict.items():
            if name not in refused:
                self.set(block, name, value)
