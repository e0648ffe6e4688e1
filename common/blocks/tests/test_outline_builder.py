from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from common.blocks.outline_builder import build_outline
from common.content.api import load_version, write_tree
from common.content.tests.factories import Node, html, make_tree, problem, section, subsection, unit
from common.core.keys import BlockKey
from common.courses.data import CourseOutline

pytestmark = pytest.mark.django_db

P = BlockKey("problem", "p")


def outline(*sections: Node, **course: Any) -> CourseOutline:
    return build_outline(load_version(write_tree(make_tree(sections=sections, **course))))


def nested(
    leaf: Node, *, chapter: Any = None, sequential: Any = None, vertical: Any = None
) -> Node:
    inner = unit("u", leaf, **(vertical or {}))
    return section("c", subsection("s", inner, **(sequential or {})), **(chapter or {}))


def day(number: int) -> datetime:
    return datetime(2030, 1, number, tzinfo=UTC)


@pytest.mark.parametrize(
    ("chapter", "vertical", "leaf", "start"),
    [
        pytest.param(None, None, None, datetime(2020, 1, 1, tzinfo=UTC), id="that of the course"),
        pytest.param("2030-01-02T00:00:00Z", None, None, day(2), id="an ancestor's"),
        pytest.param("2030-01-03T00:00:00Z", None, "2030-01-01T00:00:00Z", day(3), id="latest"),
    ],
)
def test_start_is_the_latest_over_the_ancestors(
    chapter: str | None, vertical: None, leaf: str | None, start: datetime
) -> None:
    settings = {"start": leaf} if leaf else {}
    made = outline(nested(problem("p", **settings), chapter={"start": chapter} if chapter else {}))
    assert made.blocks[P].start == start


def test_staff_only_of_any_ancestor_counts_and_group_access_intersects() -> None:
    made = outline(
        nested(
            problem("p", visible_to_staff_only=False, group_access={"5": [2, 3]}),
            chapter={"visible_to_staff_only": True},
            sequential={"group_access": {"5": [1, 2], "6": []}},
        )
    )
    assert made.blocks[P].staff_only
    assert made.blocks[P].group_access == {5: (2,)}
    assert not made.blocks[BlockKey("course", "course")].staff_only


def test_other_settings_come_from_the_nearest_that_has_one() -> None:
    made = outline(
        nested(
            problem("p"),
            chapter={"due": "2030-01-05T00:00:00Z", "graded": True, "format": "Homework"},
            sequential={"due": None, "graceperiod": "1 day 2 hours", "show_correctness": "never"},
        )
    )
    found = made.blocks[P]
    assert (found.due, found.graded, found.graceperiod) == (None, True, 93600.0)
    assert found.show_correctness == "never"
    # The assignment type is the subsection's own.
    assert found.format is None
    assert not found.own_graded_false
    own = outline(nested(problem("p", graded=False), chapter={"graded": True})).blocks[P]
    assert own.own_graded_false


@pytest.mark.parametrize(
    ("leaf", "has_score", "points", "weight"),
    [
        pytest.param(problem("p", weight=3), True, 1.0, 3.0, id="problem"),
        pytest.param(Node("problem", "p", {}, {"data": "<problem><"}), True, None, None,
                     id="broken problem"),
        pytest.param(Node("done", "p"), True, 1.0, None, id="from a package"),
        pytest.param(Node("poll", "p"), False, None, None, id="without a score"),
        pytest.param(Node("nosuchblock", "p", {"weight": 2.0}), False, None, 2.0, id="unknown"),
    ],
)  # fmt: skip
def test_points_are_what_the_class_says(
    leaf: Node, has_score: bool, points: float | None, weight: float | None
) -> None:
    found = outline(nested(leaf)).blocks[leaf.key]
    assert (found.has_score, found.max_points, found.weight) == (has_score, points, weight)


@pytest.mark.parametrize(
    ("leaf", "mode", "on_view"),
    [
        pytest.param(html("p"), "completable", True, id="html is complete once seen"),
        pytest.param(problem("p"), "completable", False, id="a problem once answered"),
        pytest.param(unit("p"), "aggregator", False, id="a unit by what is in it"),
        pytest.param(Node("nosuchblock", "p"), "excluded", False, id="an unknown type never"),
    ],
)
def test_how_a_block_is_completed(leaf: Node, mode: str, on_view: bool) -> None:
    found = outline(nested(leaf)).blocks[leaf.key]
    assert (found.completion_mode, found.complete_on_view) == (mode, on_view)


def test_blocks_that_show_a_part_of_their_children_say_which() -> None:
    split = Node(
        "split_test",
        "p",
        {"user_partition_id": 7, "group_id_to_child": {"0": "vertical@a", "1": "vertical@lost"}},
        children=[unit("a"), unit("b")],
    )
    found = outline(nested(split)).blocks[split.key]
    assert (found.partition_id, dict(found.group_to_child)) == (7, {0: BlockKey("vertical", "a")})
    for settings, count in (({}, 1), ({"max_count": 2}, 2), ({"max_count": -1}, None)):
        library = Node("library_content", "l", settings, children=[html("a"), html("b")])
        assert outline(nested(library)).blocks[library.key].max_selected == count
