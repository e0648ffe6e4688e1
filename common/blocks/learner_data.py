"""What learners do to blocks: loaded ahead for a page, changed in memory, written once.

A ``LearnerStore`` answers the XBlock library's key-value calls from rows that were loaded in
at most three statements (state, personal, shared), whatever the number of blocks. Writes
stay here until ``common.blocks.submission`` commits them, or are thrown away.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Q, QuerySet
from xblock.fields import BlockScope, UserScope
from xblock.runtime import KeyValueStore

from common.blocks.author_data import copied
from common.blocks.models import LearnerBlockState, SharedState, UserField
from common.core.keys import BlockKey, CourseKey, UsageKey, block_key
from common.core.prepared import prepared

if TYPE_CHECKING:
    from common.blocks.trial import Trial

_BLOCK_FAMILY: Final = "xblock.v1"


class Record:
    """One row in memory: its fields, the revision that was read (0: no row), and what changed.

    ``stored`` is the JSON of the row as it was read, "" without one; it is decoded when a field is
    asked for. A place of several rows has none and is given ``values``.
    """

    __slots__ = ("_values", "changed_names", "is_changed", "revision", "stored")

    def __init__(
        self, stored: str = "", revision: int = 0, *, values: dict[str, Any] | None = None
    ) -> None:
        self.stored = stored
        self.revision = revision
        self.is_changed = False
        self.changed_names: set[str] = set()
        self._values = {} if values is None and not stored else values

    @property
    def values(self) -> dict[str, Any]:
        if self._values is None:
            self._values = json.loads(self.stored)
        return self._values

    def set(self, name: str, value: Any) -> None:
        """Keep a value that nobody changes any more."""
        self.values[name] = value
        self.is_changed = True
        self.changed_names.add(name)

    def delete(self, name: str) -> None:
        if name in self.values:
            del self.values[name]
            self.is_changed = True
            self.changed_names.add(name)


@dataclass(frozen=True, slots=True)
class StateRef:
    """Where user state of a block lies."""

    key: BlockKey


@dataclass(frozen=True, slots=True)
class PersonalRef:
    """Where the fields of a person for a block type lie ("" = for all types)."""

    block_type: str


@dataclass(frozen=True, slots=True)
class SharedRef:
    """Where fields that all learners share lie; ``course_key`` "" = in all courses."""

    course_key: str
    block: str


Ref = StateRef | PersonalRef | SharedRef


@prepared
def _states(run_id: Any, learner_id: Any, blocks: Any) -> QuerySet[Any, Any]:
    rows = LearnerBlockState.objects.filter(run_id=run_id, learner_id=learner_id, block__in=blocks)
    return rows.values_list("block", "state", "revision", "completion")


@prepared
def _user_fields(learner_id: Any, block_types: Any) -> QuerySet[Any, Any]:
    rows = UserField.objects.filter(learner_id=learner_id, block_type__in=block_types)
    return rows.values_list("block_type", "field", "value")


class LearnerStore(KeyValueStore):
    """The rows of one learner in one run. ``learner_id`` None: nobody, nothing is loaded."""

    def __init__(
        self,
        *,
        run_id: int,
        learner_id: int | None,
        course_key: CourseKey,
        trial: Trial | None = None,
    ) -> None:
        self.run_id = run_id
        self.learner_id = learner_id
        self.course_key = course_key
        self._trial = trial
        self._records: dict[Ref, Record] = {}
        self.completions: dict[BlockKey, float | None] = {}

    # Loading

    def load_states(self, keys: Collection[BlockKey]) -> None:
        """Bring the state and completion of these blocks; one statement, none if all are here."""
        missing = [key for key in dict.fromkeys(keys) if StateRef(key) not in self._records]
        for key in missing:
            self._records[StateRef(key)] = Record()
        if missing and self.learner_id is not None:
            self._read_states(missing)
        if self._trial is not None:
            for key in missing:
                tried = self._trial.find(key)
                if tried is not None:
                    self._records[StateRef(key)] = Record(tried)

    def _read_states(self, keys: list[BlockKey]) -> None:
        rows = _states(
            run_id=self.run_id, learner_id=self.learner_id, blocks=[str(key) for key in keys]
        )
        for text, state, revision, completion in rows:
            key = BlockKey.parse(text)
            self._records[StateRef(key)] = Record(state, revision)
            self.completions[key] = completion

    def load_personal(self, block_types: Collection[str]) -> None:
        """Bring what the learner keeps for these types in all courses; at most one statement."""
        missing = [item for item in {*block_types, ""} if PersonalRef(item) not in self._records]
        for block_type in missing:
            self._records[PersonalRef(block_type)] = Record()
        if not missing or self.learner_id is None:
            return
        rows = _user_fields(learner_id=self.learner_id, block_types=missing)
        for block_type, name, value in rows:
            self._records[PersonalRef(block_type)].values[name] = json.loads(value)

    def load_shared(self, refs: Collection[SharedRef]) -> None:
        """Bring what learners share in these places; at most one statement."""
        missing = [ref for ref in dict.fromkeys(refs) if ref not in self._records]
        for ref in missing:
            self._records[ref] = Record()
        condition = Q()
        for ref in missing:
            condition |= Q(course_key=ref.course_key, block=ref.block)
        if not missing:
            return
        rows = SharedState.objects.filter(condition)
        for course_key, block, state, revision in rows.values_list(
            "course_key", "block", "state", "revision"
        ):
            self._records[SharedRef(course_key, block)] = Record(state, revision)

    def shared_ref(self, key: BlockKey) -> SharedRef:
        """Return where learners of a block of this run share something."""
        return SharedRef(str(self.course_key), str(key))

    # What the submission path reads

    def iter_changed(self) -> Iterator[tuple[Ref, Record]]:
        """Yield the places that were written, in a fixed order (locks are taken in it)."""
        changed = [(ref, record) for ref, record in self._records.items() if record.is_changed]
        return iter(sorted(changed, key=lambda item: repr(item[0])))

    def record_of(self, key: BlockKey) -> Record:
        """Return the row of a block's state itself; changes of it are the store's."""
        self.load_states([key])
        return self._records[StateRef(key)]

    def personal_of(self, block_type: str) -> Record:
        """Return what the learner keeps for a type in all courses."""
        self.load_personal([block_type])
        return self._records[PersonalRef(block_type)]

    def revision_of(self, key: BlockKey) -> int:
        """Return the revision of a block's state as it was read; 0 when there is no row."""
        return self.record_of(key).revision

    def json_of(self, key: BlockKey) -> str:
        """Return all state fields of a block as they are stored."""
        return json.dumps(self.record_of(key).values)

    def clear(self, key: BlockKey) -> None:
        """Forget the state of a block, that of its asides included."""
        record = self.record_of(key)
        for name in list(record.values):
            record.delete(name)

    # The library's interface

    def _place(self, key: KeyValueStore.Key) -> tuple[Record, str]:
        ref = self._ref(key)
        if ref not in self._records:
            match ref:
                case StateRef(block):
                    self.load_states([block])
                case PersonalRef(block_type):
                    self.load_personal([block_type])
                case SharedRef():
                    self.load_shared([ref])
        # Asides keep their data beside that of the block that they comment on.
        is_aside = key.block_family != _BLOCK_FAMILY
        name = f"{key.block_family}/{key.field_name}" if is_aside else key.field_name
        return self._records[ref], name

    def _ref(self, key: KeyValueStore.Key) -> Ref:
        scope = key.scope
        by_block = scope.block in {BlockScope.USAGE, BlockScope.DEFINITION}
        if scope.user is UserScope.ONE:
            if by_block:
                return StateRef(_to_block_key(key.block_scope_id))
            return PersonalRef(key.block_scope_id or "")
        if by_block:
            return self.shared_ref(_to_block_key(key.block_scope_id))
        return SharedRef("", key.block_scope_id or "")

    def get(self, key: KeyValueStore.Key) -> Any:
        record, name = self._place(key)
        return copied(record.values[name])

    def has(self, key: KeyValueStore.Key) -> bool:
        record, name = self._place(key)
        return name in record.values

    def set(self, key: KeyValueStore.Key, value: Any) -> None:
        record, name = self._place(key)
        record.set(name, copied(value))

    def delete(self, key: KeyValueStore.Key) -> None:
        record, name = self._place(key)
        record.delete(name)


def _to_block_key(scope_id: UsageKey) -> BlockKey:
    usage = getattr(scope_id, "usage_key", scope_id)  # an aside's id names its block's
    return block_key(usage)
