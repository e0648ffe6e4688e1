"""Reading what was written."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from common.content.api import (
    ObjectWriter,
    count_calls,
    get_definitions,
    get_heads,
    load_version,
    write_tree,
)
from common.content.codec import block_bytes
from common.content.data import Block, CourseTree
from common.content.errors import (
    BlockNotFoundError,
    CourseNotFoundError,
    InvalidTreeError,
    VersionNotFoundError,
)
from common.content.objects import decoded_cache
from common.content.tests.factories import (
    Node,
    field_values,
    html,
    json_values,
    make_course,
    make_tree,
    node_lists,
    section,
)
from common.core.jsontext import canonical_bytes
from common.core.keys import BlockKey, parse_course_key

pytestmark = pytest.mark.django_db


def test_what_is_written_is_read_again() -> None:
    tree = make_tree(policy={"GRADER": []}, pages={"about/overview.html": "<p>é</p>"})
    version = load_version(write_tree(tree))
    assert version.course == tree.course
    assert {block.key: block for block in version.iter_blocks()} == {
        tree.course.key: tree.course,
        **tree.blocks,
    }
    assert version.root.policy == {"GRADER": []}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sections=node_lists(), course_settings=field_values, policy=json_values)
def test_any_tree_is_read_as_it_was_written(
    sections: list[Node], course_settings: dict[str, Any], policy: Any
) -> None:
    tree = make_tree(sections=sections, settings=course_settings, policy=policy)
    version_id = write_tree(tree)
    decoded_cache().clear()
    version = load_version(version_id)
    assert block_bytes(version.course) == block_bytes(tree.course)
    found = {block.key: block_bytes(block) for block in version.iter_blocks()}
    del found[tree.course.key]
    assert found == {key: block_bytes(block) for key, block in tree.blocks.items()}
    assert canonical_bytes(version.root.policy) == canonical_bytes(policy)
    # Read and written once more, it is the same version.
    again = CourseTree(version.course, dict(tree.blocks), policy=version.root.policy)
    assert write_tree(again) == version_id


def test_the_same_content_has_the_same_id_and_any_change_another() -> None:
    first = write_tree(make_tree())
    assert first == write_tree(make_tree())
    assert first != write_tree(make_tree(settings={"display_name": "Another"}))


def test_a_unit_page_costs_three_calls_cold_and_none_warm() -> None:
    key = make_course()
    for calls in (3, 0):
        if calls:
            decoded_cache().clear()
        with count_calls() as count:
            version = load_version(get_heads(key).published or "")
            blocks = version.section(BlockKey("chapter", "s1"))
            get_definitions([blocks[BlockKey("html", "h1_0_0")].definition or ""])
        assert (count.calls, count.round_trips) == (calls, calls)


def test_detached_blocks_are_kept_and_not_reached() -> None:
    version = load_version(write_tree(make_tree(detached=[html("loose")])))
    loose = BlockKey("html", "loose")
    assert version.has(loose)
    assert loose not in version.parents
    assert loose in {block.key for block in version.iter_blocks(detached=True)}


def test_a_block_that_two_sections_reach_is_in_both() -> None:
    shared = html("shared")
    version = load_version(
        write_tree(make_tree(sections=[section("a", shared), section("b", shared)]))
    )
    for name in ("a", "b"):
        assert shared.key in version.section(BlockKey("chapter", name))
    assert [block.key for block in version.iter_blocks()].count(shared.key) == 1


@pytest.mark.parametrize(
    "blocks",
    [
        pytest.param({"a": ["b"]}, id="a child that does not exist"),
        pytest.param({"a": ["b", "b"], "b": []}, id="a child listed twice"),
        pytest.param({"a": ["b"], "b": ["a"]}, id="a block below itself"),
    ],
)
def test_what_is_no_tree_is_refused(blocks: dict[str, list[str]]) -> None:
    tree = {
        BlockKey("html", name): Block(
            BlockKey("html", name), children=tuple(BlockKey("html", child) for child in children)
        )
        for name, children in blocks.items()
    }
    course = Block(BlockKey("course", "r"), children=(BlockKey("html", "a"),))
    with pytest.raises(InvalidTreeError):
        write_tree(CourseTree(course, tree))


def test_unknown_things_are_named_errors() -> None:
    version = load_version(write_tree(make_tree()))
    with pytest.raises(BlockNotFoundError):
        version.block(BlockKey("html", "none"))
    with pytest.raises(BlockNotFoundError):
        version.section(BlockKey("chapter", "none"))
    with pytest.raises(VersionNotFoundError):
        load_version("0" * 64)
    with pytest.raises(CourseNotFoundError):
        get_heads(parse_course_key("course-v1:No+Such+Run"))


def test_a_writer_sends_batches_and_each_object_once() -> None:
    with count_calls() as count, ObjectWriter() as writer:
        for _ in range(2):
            for number in range(600):
                writer.add_text(str(number))
    assert (count.calls, count.objects) == (2, 600)
