"""Edits: what applies again after a lost race, and what is a conflict."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from common.content import heads as heads_module
from common.content.api import (
    CourseVersion,
    apply_operations,
    count_calls,
    get_definitions,
    get_heads,
    get_texts,
    load_version,
)
from common.content.course_operations import SetAssets, SetExtras, SetPages, SetPolicy
from common.content.data import Asset, Block, Definition, Heads
from common.content.errors import (
    BlockExistsError,
    BlockNotFoundError,
    EditConflictError,
    InvalidOperationError,
)
from common.content.operations import (
    UNSET,
    AddBlock,
    DeleteBlock,
    MoveBlock,
    Operation,
    Place,
    SetContent,
    SetDefinition,
    SetFields,
)
from common.content.tests.factories import Node, make_course, small_sections
from common.core.keys import BlockKey, CourseKey

pytestmark = pytest.mark.django_db

SECTION = BlockKey("chapter", "s0")
SUBSECTION = BlockKey("sequential", "s0_0")
UNIT = BlockKey("vertical", "s0_0_0")
OTHER_UNIT = BlockKey("vertical", "s1_1_1")
HTML = BlockKey("html", "h0_0_0")
PROBLEM = BlockKey("problem", "p0_0_0_0")
COURSE = BlockKey("course", "course")


@pytest.fixture
def course() -> CourseKey:
    return make_course(
        sections=small_sections(), policy={"GRADER": []}, pages={"about/overview.html": "old"}
    )


def edit(course: CourseKey, *operations: Operation, **options: Any) -> Heads:
    return apply_operations(
        course, operations, **{"author_id": None, "message": "Edited", **options}
    )


def draft(course: CourseKey) -> CourseVersion:
    return load_version(get_heads(course).draft)


def published(course: CourseKey) -> CourseVersion:
    return load_version(get_heads(course).published or "")


@pytest.fixture
def lose_race(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Return a function that has another author commit just before the next move."""

    def arrange(other: Callable[[], object]) -> None:
        real = heads_module.move_heads

        def first(*arguments: Any, **options: Any) -> Any:
            monkeypatch.undo()
            other()
            return real(*arguments, **options)

        monkeypatch.setattr("common.content.editing.move_heads", first)

    return arrange


def test_a_setting_of_a_unit_is_a_draft(course: CourseKey) -> None:
    before = get_heads(course)
    after = edit(course, SetFields(UNIT, {"display_name": "New"}))
    assert draft(course).block(UNIT).settings["display_name"] == "New"
    assert (after.published, after.revision) == (before.published, before.revision + 1)


@pytest.mark.parametrize("block", [COURSE, SECTION, SUBSECTION], ids=str)
def test_a_setting_of_a_container_takes_effect_when_saved(
    course: CourseKey, block: BlockKey
) -> None:
    edit(course, SetFields(UNIT, {"display_name": "Draft"}))
    edit(course, SetFields(block, {"start": "2030-01-01T00:00:00Z", "display_name": UNSET}))
    for version in (draft(course), published(course)):
        assert version.block(block).settings["start"] == "2030-01-01T00:00:00Z"
        assert "display_name" not in version.block(block).settings
    assert published(course).block(UNIT).settings["display_name"] == "Unit 0"


def test_policy_assets_pages_and_extras_take_effect_when_saved(course: CourseKey) -> None:
    asset = Asset("a b.png", "0" * 64, 3, "image/png", locked=True)
    edit(
        course,
        SetPolicy({"GRADER": [1]}),
        SetAssets({asset.path: asset}),
        SetPages({"about/overview.html": "new", "info/updates.html": "u"}),
        SetExtras({"tags.csv": "1" * 64}),
    )
    for version in (draft(course), published(course)):
        assert version.root.policy == {"GRADER": [1]}
        assert version.assets == {"a b.png": asset}
        assert get_texts(version.root.pages.values()).keys() == set(version.root.pages.values())
        assert set(version.root.pages) == {"about/overview.html", "info/updates.html"}
        assert version.root.extras == {"tags.csv": "1" * 64}
    edit(course, SetAssets({"a b.png": UNSET}), SetPages({"info/updates.html": UNSET}))
    assert published(course).assets == {}
    assert set(published(course).root.pages) == {"about/overview.html"}


def test_a_body_is_stored_as_a_new_definition(course: CourseKey) -> None:
    edit(course, SetContent(HTML, {"data": "<p>New</p>"}))
    key = draft(course).block(HTML).definition or ""
    assert get_definitions([key])[key] == Definition({"data": "<p>New</p>"})
    edit(course, SetDefinition(HTML, None))
    # OLX cannot tell a page without a body from an empty one: it is stored as the latter.
    key = draft(course).block(HTML).definition or ""
    assert get_definitions([key])[key] == Definition({"data": ""})


def test_a_block_is_added_where_it_was_wanted(course: CourseKey) -> None:
    first, last = BlockKey("html", "first"), BlockKey("html", "last")
    edit(
        course,
        AddBlock(UNIT, Block(first), Definition({"data": "1"}), Place(index=0)),
        AddBlock(UNIT, Block(last), None, Place(after=PROBLEM)),
        SetFields(last, {"display_name": "Last"}),
    )
    assert draft(course).block(UNIT).children == (first, HTML, PROBLEM, last)
    assert draft(course).block(last).settings == {"display_name": "Last"}


def test_a_block_is_deleted_with_all_below_it(course: CourseKey) -> None:
    edit(course, DeleteBlock(SUBSECTION))
    version = draft(course)
    assert [version.has(key) for key in (SECTION, SUBSECTION, UNIT, HTML)] == [
        True,
        False,
        False,
        False,
    ]
    assert published(course).has(HTML)


def test_a_block_is_moved_with_all_below_it(course: CourseKey) -> None:
    target = BlockKey("sequential", "s1_0")
    edit(course, MoveBlock(UNIT, target, Place(index=1)))
    version = draft(course)
    assert version.block(target).children[1] == UNIT
    assert version.parents[UNIT] == target
    assert version.section_of(HTML) == BlockKey("chapter", "s1")
    assert UNIT not in version.block(SUBSECTION).children


def test_an_edit_writes_one_chunk_and_one_root(course: CourseKey) -> None:
    draft(course).sections()
    with count_calls() as count:
        edit(course, SetFields(PROBLEM, {"weight": 2}))
    # Chunk, then root; nothing is read that is in memory.
    assert (count.calls, count.objects) == (2, 2)


def test_an_edit_that_changes_nothing_moves_nothing(course: CourseKey) -> None:
    before = get_heads(course)
    assert edit(course, SetFields(UNIT, {"display_name": "Unit 0"})) == before


def test_a_lost_race_is_applied_again(
    course: CourseKey, lose_race: Callable[[Callable[[], object]], None]
) -> None:
    lose_race(lambda: edit(course, SetFields(UNIT, {"display_name": "Theirs"})))
    edit(course, SetFields(UNIT, {"other": "Ours"}))
    settings = draft(course).block(UNIT).settings
    assert (settings["display_name"], settings["other"]) == ("Theirs", "Ours")


THEIRS = {"display_name": "Theirs"}
OURS = {"display_name": "Ours"}
NEW = BlockKey("html", "new")


@pytest.mark.parametrize(
    ("theirs", "ours", "conflict"),
    [
        pytest.param(SetFields(UNIT, THEIRS), SetFields(UNIT, OURS), True, id="same field"),
        pytest.param(SetFields(UNIT, OURS), SetFields(UNIT, OURS), False, id="same value"),
        pytest.param(SetFields(UNIT, THEIRS), SetFields(HTML, OURS), False, id="other block"),
        pytest.param(
            SetFields(UNIT, {"graded": 1}), SetFields(UNIT, {"graded": True}), True, id="1 and true"
        ),
        pytest.param(
            SetContent(HTML, {"data": "a"}), SetContent(HTML, {"data": "b"}), True, id="same body"
        ),
        pytest.param(
            SetContent(HTML, {"a": 1}), SetContent(HTML, {"b": 1}), False, id="fields of a body"
        ),
        pytest.param(
            SetContent(HTML, {"a": 1}), SetDefinition(HTML, None), True, id="body and whole body"
        ),
        pytest.param(
            SetContent(HTML, {"a": 1}), SetFields(HTML, OURS), False, id="body and setting"
        ),
        pytest.param(DeleteBlock(UNIT), SetFields(HTML, OURS), True, id="deleted, edited below"),
        pytest.param(SetFields(HTML, OURS), DeleteBlock(UNIT), True, id="edited below, deleted"),
        pytest.param(DeleteBlock(UNIT), DeleteBlock(UNIT), False, id="deleted twice"),
        pytest.param(DeleteBlock(UNIT), DeleteBlock(SUBSECTION), True, id="less deleted, more"),
        pytest.param(DeleteBlock(UNIT), AddBlock(UNIT, Block(NEW)), True, id="deleted, added to"),
        pytest.param(AddBlock(UNIT, Block(NEW)), DeleteBlock(UNIT), True, id="added to, deleted"),
        pytest.param(
            AddBlock(UNIT, Block(NEW)), AddBlock(OTHER_UNIT, Block(NEW)), True, id="same new name"
        ),
        pytest.param(
            AddBlock(UNIT, Block(NEW)),
            AddBlock(UNIT, Block(BlockKey("html", "New"))),
            False,
            id="two added",
        ),
        pytest.param(DeleteBlock(UNIT), MoveBlock(HTML, OTHER_UNIT), True, id="deleted, moved"),
        pytest.param(
            DeleteBlock(OTHER_UNIT), MoveBlock(HTML, OTHER_UNIT), True, id="moved into deleted"
        ),
        pytest.param(
            MoveBlock(HTML, OTHER_UNIT), MoveBlock(HTML, OTHER_UNIT), False, id="moved alike"
        ),
        pytest.param(
            MoveBlock(HTML, OTHER_UNIT),
            MoveBlock(HTML, BlockKey("vertical", "s1_0_0")),
            True,
            id="moved apart",
        ),
        pytest.param(MoveBlock(HTML, OTHER_UNIT), SetFields(HTML, OURS), False, id="moved, edited"),
        pytest.param(
            MoveBlock(SUBSECTION, BlockKey("sequential", "s1_0")),
            MoveBlock(BlockKey("sequential", "s1_0"), SUBSECTION),
            True,
            id="each into the other",
        ),
        pytest.param(SetPolicy({"a": 1}), SetPolicy({"a": 2}), True, id="same policy"),
        pytest.param(SetPolicy({"a": 1}), SetFields(COURSE, OURS), False, id="policy and setting"),
        pytest.param(
            SetPages({"about/overview.html": "a"}),
            SetPages({"about/overview.html": "b"}),
            True,
            id="same page",
        ),
        pytest.param(SetPages({"a": "a"}), SetPages({"b": "b"}), False, id="two pages"),
        pytest.param(
            SetExtras({"a": "1"}), SetAssets({"a": Asset("a", "1", 1, "a/b")}), False, id="files"
        ),
        pytest.param(
            SetAssets({"a": Asset("a", "1", 1, "a/b")}),
            SetAssets({"a": Asset("a", "2", 1, "a/b")}),
            True,
            id="same asset",
        ),
    ],
)
def test_only_the_same_field_or_a_deletion_conflicts(
    course: CourseKey,
    lose_race: Callable[[Callable[[], object]], None],
    theirs: Operation,
    ours: Operation,
    conflict: bool,
) -> None:
    seen = get_heads(course).draft
    lose_race(lambda: edit(course, theirs))
    if conflict:
        with pytest.raises((EditConflictError, BlockExistsError)):
            edit(course, ours)
        after_theirs = get_heads(course)
        # The same for a page that was made before the other author's edit.
        with pytest.raises((EditConflictError, BlockExistsError)):
            edit(course, ours, seen=seen)
        assert get_heads(course) == after_theirs
    else:
        edit(course, ours)


def test_a_conflict_holds_both_values(course: CourseKey) -> None:
    seen = get_heads(course).draft
    edit(course, SetFields(UNIT, {"display_name": "Theirs"}))
    with pytest.raises(EditConflictError) as caught:
        edit(course, SetFields(UNIT, {"display_name": "Ours"}), seen=seen)
    error = caught.value
    assert (error.block, error.field) == (UNIT, "display_name")
    assert (error.base, error.current, error.wanted) == ("Unit 0", "Theirs", "Ours")
    with pytest.raises(EditConflictError):
        edit(course, SetFields(UNIT, {"display_name": "Ours"}, base={"display_name": "Unit 0"}))


def test_all_operations_apply_or_none(course: CourseKey) -> None:
    before = get_heads(course)
    with pytest.raises(BlockNotFoundError):
        edit(
            course,
            SetFields(UNIT, {"display_name": "New"}),
            SetFields(BlockKey("html", "none"), {"display_name": "New"}),
        )
    assert get_heads(course) == before


@pytest.mark.parametrize(
    "operation",
    [
        pytest.param(DeleteBlock(COURSE), id="the course deleted"),
        pytest.param(MoveBlock(COURSE, UNIT), id="the course moved"),
        pytest.param(MoveBlock(SECTION, UNIT), id="a block below itself"),
        pytest.param(AddBlock(UNIT, Block(BlockKey("course", "x"))), id="a course in a course"),
        pytest.param(AddBlock(UNIT, Block(NEW, children=(HTML,))), id="added with children"),
    ],
)
def test_what_can_never_apply_is_refused(course: CourseKey, operation: Operation) -> None:
    with pytest.raises(InvalidOperationError):
        edit(course, operation)


def test_a_block_with_two_parents_is_edited_in_both_sections() -> None:
    shared = Node("html", "shared")
    course = make_course(
        sections=[
            Node("chapter", "a", children=[shared]),
            Node("chapter", "b", children=[shared]),
        ]
    )
    edit(course, SetFields(shared.key, {"display_name": "Both"}))
    for name in ("a", "b"):
        chunk = draft(course).section(BlockKey("chapter", name))
        assert chunk[shared.key].settings == {"display_name": "Both"}
    edit(course, DeleteBlock(BlockKey("chapter", "a")))
    assert draft(course).has(shared.key)
    edit(course, DeleteBlock(BlockKey("chapter", "b")))
    assert not draft(course).has(shared.key)


def test_detached_blocks_survive_edits_and_can_be_attached() -> None:
    course = make_course(detached=[Node("vertical", "loose", children=[Node("html", "below")])])
    loose, below = BlockKey("vertical", "loose"), BlockKey("html", "below")
    edit(course, SetFields(UNIT, {"display_name": "New"}))
    assert set(draft(course).detached) == {loose, below}
    edit(course, MoveBlock(loose, SUBSECTION))
    version = draft(course)
    assert version.root.detached is None
    assert version.section_of(below) == SECTION
