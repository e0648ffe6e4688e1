"""Small outlines for tests, without content or a database.

``outline_of(section(subsection(problem("p1"), graded=True, format="HW")))`` merges what blocks
inherit as a builder does: starts, staff only, groups; graded, due and the like from above.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from common.core.keys import BlockKey
from common.courses.api import merge_group_access
from common.courses.data import (
    CourseFacts,
    CourseOutline,
    OutlineBlock,
    PartitionGroup,
    UserPartition,
    Viewer,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAST = datetime(2026, 1, 1, tzinfo=UTC)
FUTURE = datetime(2026, 6, 1, tzinfo=UTC)
COURSE = BlockKey("course", "run")
_INHERITED = ("graded", "due", "graceperiod", "days_early_for_beta", "show_correctness")


@dataclass(frozen=True)
class Node:
    """A block to be, with its own settings."""

    key: BlockKey
    settings: dict[str, Any]
    children: Sequence[Node] = field(default_factory=tuple)


def node(block_type: str, name: str, *children: Node, **settings: Any) -> Node:
    return Node(BlockKey(block_type, name), settings, children)


def section(*children: Node, name: str = "section", **settings: Any) -> Node:
    return node("chapter", name, *children, **settings)


def subsection(*children: Node, name: str = "subsection", **settings: Any) -> Node:
    return node("sequential", name, *children, **settings)


def unit(*children: Node, name: str = "unit", **settings: Any) -> Node:
    return node("vertical", name, *children, **settings)


def problem(name: str = "problem", points: float | None = 1, **settings: Any) -> Node:
    return node("problem", name, has_score=True, max_points=points, **settings)


def html(name: str = "html", **settings: Any) -> Node:
    return node("html", name, **settings)


def key_of(name: str, block_type: str = "problem") -> BlockKey:
    return BlockKey(block_type, name)


def outline_of(
    *sections: Node,
    version: str = "v" * 64,
    policy: Any = None,
    partitions: Sequence[UserPartition] = (),
    facts: CourseFacts | None = None,
    **course: Any,
) -> CourseOutline:
    """Return the outline of a course that opened in the past, unless ``facts`` say otherwise."""
    facts = facts or CourseFacts(start=PAST)
    blocks: dict[BlockKey, OutlineBlock] = {}
    _add(blocks, Node(COURSE, {"start": facts.start, **course}, sections), None)
    return CourseOutline(
        version=version,
        course=COURSE,
        blocks=blocks,
        facts=facts,
        policy=policy,
        partitions=tuple(partitions),
    )


def _add(blocks: dict[BlockKey, OutlineBlock], item: Node, parent: OutlineBlock | None) -> None:
    settings = dict(item.settings)
    own_access = settings.pop("group_access", {})
    block = OutlineBlock(
        item.key,
        parent=parent.key if parent else None,
        children=tuple(child.key for child in item.children),
        display_name=settings.pop("display_name", item.key.block_id),
        group_access=merge_group_access(parent.group_access if parent else {}, own_access),
    )
    if parent is not None:
        block = replace(block, **{name: getattr(parent, name) for name in _INHERITED})
        starts = [start for start in (parent.start, settings.pop("start", None)) if start]
        settings["start"] = max(starts, default=None)
        settings["staff_only"] = parent.staff_only or settings.get("staff_only", False)
    block = replace(block, **settings)
    blocks[block.key] = block
    for child in item.children:
        _add(blocks, child, block)


def learner(**values: Any) -> Viewer:
    """Return an enrolled learner."""
    return replace(Viewer(user_id=7, username="ada", mode="audit"), **values)


# Who looks, and at what: the cast of the tables of access.
ANONYMOUS = Viewer()
STRANGER = Viewer(user_id=8, username="bob")
LEARNER = learner()
BETA = learner(is_beta=True)
STAFF = Viewer(user_id=1, username="eve", is_staff=True)
COHORTS = UserPartition(5, "Cohorts", "cohort", (PartitionGroup(1, "A"), PartitionGroup(2, "B")))
RANDOM = UserPartition(6, "Test", "random", (PartitionGroup(1, "A"), PartitionGroup(2, "B")))
DUE: dict[str, Any] = {"due": PAST, "hide_after_due": True}
P = key_of("p")


def course_with(leaf: Node | None = None, **settings: Any) -> CourseOutline:
    """Return a course whose one unit carries ``settings``."""
    inner = unit(leaf or problem("p"), **settings)
    return outline_of(section(subsection(inner)), partitions=[COHORTS, RANDOM])


def split(partition: int) -> CourseOutline:
    children = (unit(problem("pa"), name="a"), unit(problem("pb"), name="b"))
    test = node(
        "split_test",
        "split",
        *children,
        partition_id=partition,
        group_to_child={1: key_of("a", "vertical"), 2: key_of("b", "vertical")},
    )
    return outline_of(section(subsection(test)), partitions=[COHORTS, RANDOM])
