"""An outline packed and unpacked is the same outline."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from common.courses.data import CourseFacts, CourseOutline, PartitionGroup, UserPartition
from common.courses.outline_codec import decode_outline, encode_outline
from common.courses.tests.factories import (
    FUTURE,
    Node,
    key_of,
    node,
    outline_of,
    problem,
    section,
    subsection,
    unit,
)

instants = st.datetimes(timezones=st.just(UTC))
settings = st.fixed_dictionaries(
    {},
    optional={
        "display_name": st.text(max_size=8),
        "weight": st.none() | st.floats(0, 100),
        "graded": st.booleans(),
        "own_graded_false": st.booleans(),
        "format": st.none() | st.sampled_from(["HW", "Übung"]),
        "start": instants,
        "due": st.none() | instants,
        "graceperiod": st.none() | st.floats(0, 1e6),
        "staff_only": st.booleans(),
        "group_access": st.dictionaries(
            st.integers(0, 99), st.lists(st.integers(0, 9), max_size=3)
        ),
        "hide_after_due": st.booleans(),
        "max_selected": st.none() | st.integers(-1, 5),
        "days_early_for_beta": st.none() | st.floats(0, 30),
        "extra": st.dictionaries(st.text(max_size=4), st.integers() | st.text(max_size=4)),
    },
)


@st.composite
def outlines(draw: st.DrawFn) -> CourseOutline:
    names = (f"n{number}" for number in range(100))

    def tree(kinds: list[str]) -> Node:
        inner = kinds[1:]
        children = [tree(inner) for _ in range(draw(st.integers(0, 2)))] if inner else []
        return node(kinds[0], next(names), *children, **draw(settings))

    sections = [
        tree(["chapter", "sequential", "vertical", "problem"])
        for _ in range(draw(st.integers(0, 2)))
    ]
    return outline_of(
        *sections,
        policy={"GRADER": draw(st.lists(st.integers(), max_size=2))},
        partitions=[UserPartition(0, "P", "random", (PartitionGroup(1, "Ä"),))],
        facts=CourseFacts(start=draw(instants), end=draw(instants), prerequisites=("a", "b")),
    )


def same(one: CourseOutline, other: CourseOutline) -> bool:
    def parts(outline: CourseOutline) -> Any:
        return (
            outline.version,
            outline.course,
            list(outline.blocks.items()),
            outline.facts,
            outline.policy,
            outline.partitions,
        )

    return bool(parts(one) == parts(other))


@given(outlines())
def test_round_trip(outline: CourseOutline) -> None:
    data = encode_outline(outline)

    assert same(decode_outline(outline.version, data), outline)
    assert encode_outline(decode_outline(outline.version, data)) == data


def test_split_test_branches_survive() -> None:
    split = node(
        "split_test",
        "split",
        unit(problem(), name="a"),
        partition_id=0,
        group_to_child={3: key_of("a", "vertical")},
    )
    outline = outline_of(section(subsection(split, due=FUTURE)))

    assert same(decode_outline(outline.version, encode_outline(outline)), outline)


def test_inherited_settings_are_stored_once() -> None:
    def course(units: int) -> CourseOutline:
        inner = [unit(problem(f"p{n}"), name=f"u{n}") for n in range(units)]
        return outline_of(section(subsection(*inner, due=FUTURE, format="HW", graded=True)))

    assert len(encode_outline(course(1000))) < 20_000
