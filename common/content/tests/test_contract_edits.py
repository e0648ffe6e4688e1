"""Random edits, publishes and discards against a model, on every backend."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from common.content.api import (
    CourseVersion,
    apply_operations,
    compare_versions,
    discard_changes,
    get_definitions,
    get_heads,
    get_history,
    load_version,
    publish,
    revert_to,
    write_tree,
)
from common.content.data import CONTAINER_TYPES, Block, Branch, CourseTree, Definition, Heads
from common.content.errors import EditConflictError, InvalidOperationError
from common.content.objects import decoded_cache
from common.content.operations import (
    UNSET,
    AddBlock,
    DeleteBlock,
    MoveBlock,
    Operation,
    Place,
    SetContent,
    SetFields,
)
from common.content.tests.backends import Backend
from common.content.tests.factories import make_course, small_sections
from common.core.keys import BlockKey, CourseKey

CHILD_TYPE = {"course": "chapter", "chapter": "sequential", "sequential": "vertical"}
COURSE = BlockKey("course", "course")
runs = itertools.count()

# Words that collide when case, accents or trailing spaces are folded.
names = st.sampled_from(["title", "Title", "títle", "title "])
values = st.sampled_from([UNSET, None, 0, 1, True, 1.5, "", "x", [1, {"a": None}]])
fractions = st.floats(0, 0.999)


@dataclass
class Model:
    """What the draft should be: plain dictionaries."""

    settings: dict[BlockKey, dict[str, Any]] = field(default_factory=dict)
    bodies: dict[BlockKey, dict[str, Any]] = field(default_factory=dict)
    children: dict[BlockKey, list[BlockKey]] = field(default_factory=dict)

    @classmethod
    def of(cls, version: CourseVersion) -> Model:
        model = cls()
        blocks = list(version.iter_blocks())
        definitions = get_definitions([b.definition for b in blocks if b.definition])
        for block in blocks:
            model.settings[block.key] = dict(block.settings)
            model.children[block.key] = list(block.children)
            if block.definition:
                model.bodies[block.key] = dict(definitions[block.definition].fields)
        return model

    def parent(self, key: BlockKey) -> BlockKey:
        return next(parent for parent, kids in self.children.items() if key in kids)

    def below(self, key: BlockKey) -> Iterator[BlockKey]:
        yield key
        for child in self.children[key]:
            yield from self.below(child)

    def remove(self, key: BlockKey) -> None:
        self.children[self.parent(key)].remove(key)
        for gone in list(self.below(key)):
            self.settings.pop(gone)
            self.bodies.pop(gone, None)
        for gone in set(self.children) - set(self.settings):
            self.children.pop(gone)


def put(fields: dict[str, Any], name: str, value: Any) -> None:
    if value is UNSET:
        fields.pop(name, None)
    else:
        fields[name] = value


class CourseMachine(RuleBasedStateMachine):
    """One author at a time; races are in test_contract_races."""

    @initialize(published=st.booleans())
    def start(self, published: bool) -> None:
        self.course: CourseKey = make_course(
            f"course-v1:Machine+{next(runs)}+R",
            sections=small_sections(2, 1, 2, 1),
            published=published,
        )
        self.model = Model.of(self.draft())
        self.numbers = itertools.count()
        self.moves = 1

    def heads(self) -> Heads:
        return get_heads(self.course)

    def draft(self) -> CourseVersion:
        return load_version(self.heads().draft)

    def live(self) -> CourseVersion | None:
        published = self.heads().published
        return None if published is None else load_version(published)

    def pick(self, fraction: float, *types: str) -> BlockKey | None:
        keys = [
            key
            for key in self.model.settings
            if key != COURSE and (not types or key.block_type in types)
        ]
        return keys[int(fraction * len(keys))] if keys else None

    def edit(self, *operations: Operation, **options: Any) -> None:
        before = self.heads()
        apply_operations(self.course, operations, author_id=None, message="", **options)
        self.moves += self.heads().pair != before.pair

    @rule(fraction=fractions, name=names, value=values)
    def set_field(self, fraction: float, name: str, value: Any) -> None:
        key = self.pick(fraction) or COURSE
        self.edit(SetFields(key, {name: value}))
        put(self.model.settings[key], name, value)
        live = self.live()
        if key.block_type in CONTAINER_TYPES and live is not None and live.has(key):
            assert live.block(key).settings == self.model.settings[key]

    @rule(fraction=fractions, name=names, value=values)
    def set_body(self, fraction: float, name: str, value: Any) -> None:
        key = self.pick(fraction, "html", "problem")
        if key is not None:
            self.edit(SetContent(key, {name: value}))
            put(self.model.bodies.setdefault(key, {}), name, value)

    @rule(fraction=fractions, index=st.integers(0, 3))
    def add(self, fraction: float, index: int) -> None:
        parent = self.pick(fraction, *CHILD_TYPE, "vertical") or COURSE
        kind = CHILD_TYPE.get(parent.block_type, "html")
        key = BlockKey(kind, f"new{next(self.numbers)}")
        body = Definition({"data": key.block_id}) if kind == "html" else None
        self.edit(AddBlock(parent, Block(key), body, Place(index=index)))
        self.model.settings[key] = {}
        self.model.children[key] = []
        if body is not None:
            self.model.bodies[key] = dict(body.fields)
        self.model.children[parent].insert(index, key)

    @precondition(lambda self: len(self.model.settings) > 4)
    @rule(fraction=fractions)
    def delete(self, fraction: float) -> None:
        key = self.pick(fraction)
        if key is not None:
            self.edit(DeleteBlock(key))
            self.model.remove(key)

    @rule(fraction=fractions, where=fractions, index=st.integers(0, 3))
    def move(self, fraction: float, where: float, index: int) -> None:
        key = self.pick(fraction, "vertical", "html", "problem")
        if key is None:
            return
        parent = self.pick(where, "sequential" if key.block_type == "vertical" else "vertical")
        if parent is None:
            return
        self.edit(MoveBlock(key, parent, Place(index=index)))
        self.model.children[self.model.parent(key)].remove(key)
        self.model.children[parent].insert(index, key)

    @rule(fraction=fractions, name=names)
    def edit_from_a_stale_page(self, fraction: float, name: str) -> None:
        """Two pages of one version: other fields both stay, the same field is a conflict."""
        key = self.pick(fraction)
        if key is None:
            return
        seen, number = self.heads().draft, next(self.numbers)
        self.edit(SetFields(key, {name: f"first {number}"}), seen=seen)
        self.edit(SetFields(key, {"other": number}), seen=seen)
        with pytest.raises(EditConflictError):
            self.edit(SetFields(key, {name: f"second {number}"}), seen=seen)
        with pytest.raises(EditConflictError):
            self.edit(DeleteBlock(key), seen=seen)
        self.model.settings[key] |= {name: f"first {number}", "other": number}

    @rule(fraction=fractions)
    def publish_one(self, fraction: float) -> None:
        key = self.pick(fraction)
        if key is None:
            return
        old = self.live()
        before = self.heads()
        publish(self.course, key, author_id=None, message="")
        self.moves += self.heads().pair != before.pair
        assert self.heads().draft == before.draft
        draft, live = self.draft(), self.live()
        assert live is not None
        top = unit_of(draft, key)
        assert list(live.iter_subtree(top)) == list(draft.iter_subtree(top))
        assert live.parents.get(top) == draft.parents.get(top)
        assert top not in compare_versions(draft, live)
        if old is not None:
            check_others_untouched(old, live, draft, top)

    @rule()
    def publish_all(self) -> None:
        before = self.heads()
        after = publish(self.course, author_id=None, message="")
        self.moves += after.pair != before.pair
        assert after.pair == (before.draft, before.draft)

    @rule(seed=st.integers(0, 99))
    def publish_piece_by_piece(self, seed: int) -> None:
        """Publish each changed unit, then container: nothing is left to publish then."""
        generator = random.Random(seed)
        for _ in range(40):
            states = compare_versions(self.draft(), self.live())
            units = sorted(key for key in states if key.block_type not in CONTAINER_TYPES)
            changed = units or sorted(states)
            if not changed:
                break
            before = self.heads()
            publish(self.course, generator.choice(changed), author_id=None, message="")
            self.moves += self.heads().pair != before.pair
            self.both_versions_are_trees_of_shared_containers()
        assert self.heads().draft == self.heads().published

    @precondition(lambda self: self.live() is not None)
    @rule(fraction=fractions)
    def discard(self, fraction: float) -> None:
        live = self.live()
        assert live is not None
        keys = [block.key for block in live.iter_blocks()]
        key = keys[int(fraction * len(keys))]
        before = self.heads()
        try:
            discard_changes(self.course, key, author_id=None, message="")
        except InvalidOperationError:
            return
        self.moves += self.heads().pair != before.pair
        assert self.heads().published == before.published
        draft = self.draft()
        if key.block_type in CONTAINER_TYPES:
            assert list(draft.iter_subtree(key)) == list(live.iter_subtree(key))
        self.model = Model.of(draft)

    @rule(fraction=fractions)
    def revert(self, fraction: float) -> None:
        entries = get_history(self.course, branch=Branch.DRAFT, limit=200)
        version = entries[int(fraction * len(entries))].id
        before = self.heads()
        after = revert_to(self.course, version, author_id=None, message="")
        self.moves += after.pair != before.pair
        assert after.draft == version
        self.model = Model.of(self.draft())

    @rule()
    def forget_what_is_in_memory(self) -> None:
        decoded_cache().clear()

    @invariant()
    def the_draft_is_the_model(self) -> None:
        if hasattr(self, "model"):
            found = Model.of(self.draft())
            assert found.children == self.model.children
            assert exact(found.settings) == exact(self.model.settings)
            assert exact(found.bodies) == exact(self.model.bodies)
            assert self.heads().revision == self.moves

    @invariant()
    def both_versions_are_trees_of_shared_containers(self) -> None:
        live = self.live() if hasattr(self, "model") else None
        if live is None:
            return
        seen = [child for block in live.iter_blocks() for child in block.children]
        assert len(seen) == len(set(seen))
        draft = self.draft()
        for block in live.iter_blocks():
            if block.key.block_type in CONTAINER_TYPES and draft.has(block.key):
                assert block.settings == draft.block(block.key).settings

    def teardown(self) -> None:
        """However it was arrived at, the same content has the same id."""
        if hasattr(self, "model"):
            version = self.draft()
            blocks = {b.key: b for b in version.iter_blocks() if b.key != COURSE}
            assert version.id == write_tree(CourseTree(version.course, blocks))


def exact(fields: Mapping[BlockKey, Mapping[str, Any]]) -> str:
    """Return a text in which true, 1 and 1.0 differ."""
    return repr({key: sorted(values.items()) for key, values in sorted(fields.items())})


def unit_of(version: CourseVersion, key: BlockKey) -> BlockKey:
    while key.block_type not in CONTAINER_TYPES:
        parent = version.parents[key]
        if parent.block_type in CONTAINER_TYPES:
            break
        key = parent
    return key


def check_others_untouched(
    old: CourseVersion, live: CourseVersion, draft: CourseVersion, top: BlockKey
) -> None:
    """Units that the published one does not touch are what they were."""
    moved = {block.key for block in draft.iter_subtree(top)}
    for block in old.iter_blocks():
        if block.key.block_type != "vertical" or block.key in moved:
            continue
        subtree = list(old.iter_subtree(block.key))
        if not moved & {b.key for b in subtree} and top not in ancestors(old, block.key):
            assert list(live.iter_subtree(block.key)) == subtree


def ancestors(version: CourseVersion, key: BlockKey) -> Iterator[BlockKey]:
    while (parent := version.parents.get(key)) is not None:
        yield parent
        key = parent


def test_any_sequence_of_edits_gives_what_the_model_says(backend: Backend) -> None:
    # Every step commits for real; the profiles "ci" and "long" try as many times more.
    share, steps = (5, 20) if backend.name == "sqlite" else (16, 8)
    run_state_machine_as_test(
        CourseMachine,
        settings=settings(
            max_examples=max(3, settings().max_examples // share),
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            # Shrinking would do thousands of commits; twenty steps can be read as they are.
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
        ),
    )
