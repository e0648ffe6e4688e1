"""Any course, policy, learner and scores: the product gives what the text of the rules gives."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from common.blocks.outline_builder import build_outline
from common.content.api import load_version, write_tree
from common.content.tests.factories import Node, make_tree, problem, section, subsection, unit
from common.courses.data import Viewer
from common.grading.api import BlockScore, grade_course
from common.grading.tests import reference
from common.grading.tests.factories import NOW, key_of

pytestmark = pytest.mark.django_db

START = NOW - timedelta(days=100)
PARTITIONS = [
    {"id": 1, "name": "C", "scheme": "cohort", "groups": [{"id": n, "name": "G"} for n in (1, 2)]},
    {
        "id": reference.TRACK,
        "name": "T",
        "scheme": "enrollment_track",
        "groups": [{"id": n, "name": "M"} for n in (1, 2)],
    },
]
NAMES = ["Homework", "Lab", "Midterm Exam", "Final Exam", "Quiz"]


def maybe(**choices: Any) -> Any:
    """Draw settings of which each may be absent."""
    options = {name: st.sampled_from(values) for name, values in choices.items()}
    return st.fixed_dictionaries({}, optional=options)


def day(days: int) -> str:
    return (NOW + timedelta(days=days)).isoformat()


rarely_hidden = {
    "visible_to_staff_only": [False, False, True],
    "start": [day(-200), day(-9), day(2), day(9)],
    "days_early_for_beta": [0, 3, 30],
    "group_access": [
        {},
        {"1": [1]},
        {"1": [1, 2], "50": []},
        {"50": [2]},
        {"1": [2], "50": [1, 2]},
    ],
}
problem_settings = st.one_of(
    maybe(weight=[None, 0.5, 1, 2, 4]),
    maybe(weight=[0, 3], graded=[True, False]),
    maybe(weight=[None, 2.5], **rarely_hidden),
)
above_settings: Any = st.one_of(
    st.just({}), st.just({}), maybe(graded=[True, False]), maybe(**rarely_hidden)
)
subsection_settings = st.fixed_dictionaries(
    {"graded": st.sampled_from([True, True, True, False])},
    optional={"format": st.sampled_from(["Homework", "Homework", "Homework", *NAMES])},
)


@st.composite
def trees(draw: st.DrawFn) -> list[Node]:
    """Draw the sections of a course."""
    numbers = count()

    def problems() -> list[Node]:
        chosen = draw(st.lists(problem_settings, min_size=1, max_size=3))
        return [problem(f"p{next(numbers)}", **settings) for settings in chosen]

    def units() -> list[Node]:
        chosen = draw(st.lists(above_settings, min_size=1, max_size=2))
        return [unit(f"u{next(numbers)}", *problems(), **settings) for settings in chosen]

    def subsections() -> list[Node]:
        chosen = draw(
            st.lists(st.tuples(subsection_settings, above_settings), min_size=1, max_size=3)
        )
        return [
            subsection(f"s{next(numbers)}", *units(), **{**above, **own}) for own, above in chosen
        ]

    return [
        section(f"c{number}", *subsections(), **draw(above_settings))
        for number in range(draw(st.integers(1, 3)))
    ]


entries = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["Homework", "Homework", *NAMES[:4]]),
        "weight": st.sampled_from([0.1, 0.15, 0.3, 0.5, 1, 1.2, 0]),
    },
    optional={
        "min_count": st.integers(0, 5),
        "drop_count": st.sampled_from([0, 0, 1, 2, 4]),
        "short_label": st.sampled_from(["HW", "", "X"]),
        "starting_index": st.sampled_from([0, 1, 4, 99]),
        "show_only_average": st.booleans(),
        "colour": st.just("unknown keys are dropped"),
    },
)
cutoffs = st.lists(
    st.sampled_from([0, 0.1, 0.25, 0.5, 0.595, 0.6, 0.9]), max_size=3, unique=True
).map(lambda values: dict(zip("ABC", sorted(values, reverse=True), strict=False)))
policies = st.fixed_dictionaries(
    {},
    optional={
        "GRADER": st.lists(entries, min_size=1, max_size=4) | st.just([]),
        "GRADE_CUTOFFS": cutoffs,
    },
)
learners = st.builds(
    reference.Learner,
    st.booleans(),
    st.sampled_from(["audit", "verified"]),
    st.sampled_from([None, 1, 2]),
)
moments = st.integers(-3, 12).map(lambda days: NOW + timedelta(days=days))
points = st.sampled_from([(1, 1), (1, 2), (3, 4), (1, 1), (0, 1), (2, 1), (1, 4), (0, 0)])


def names_of(nodes: list[Node]) -> list[str]:
    found = []
    for node in nodes:
        found += [node.block_id] if node.block_type == "problem" else names_of(list(node.children))
    return found


def computed(
    sections: list[Node], policy: Any, learner: reference.Learner, scores: Any, now: datetime
) -> Any:
    """Return what the product gives, through the stored course and its outline."""
    tree = make_tree(
        sections=sections,
        policy=policy,
        settings={"start": START.isoformat(), "user_partitions": PARTITIONS},
    )
    outline = build_outline(load_version(write_tree(tree)))
    viewer = Viewer(
        user_id=1,
        username="ada",
        is_beta=learner.is_beta,
        mode=learner.mode,
        groups={} if learner.cohort is None else {1: learner.cohort},
    )
    recorded = {
        key_of(name): BlockScore(key_of(name), earned, possible, outline.version, NOW)
        for name, (earned, possible) in scores.items()
    }
    return grade_course(outline, viewer, recorded, now)


@settings(max_examples=2 * settings().max_examples)
@given(trees(), policies, learners, st.data(), moments)
def test_the_product_grades_as_the_text_says(
    sections: list[Node],
    policy: Any,
    learner: reference.Learner,
    data: st.DataObject,
    now: datetime,
) -> None:
    names = names_of(sections)
    # Half of the problems answered, mostly well: grades that any mistake would move.
    answered = data.draw(st.lists(st.booleans(), min_size=len(names), max_size=len(names)))
    scores = {
        name: data.draw(points)
        for name, is_answered in zip(names, answered, strict=True)
        if is_answered
    }
    try:
        expected = reference.grade(sections, policy, learner, scores, now, START)
    except reference.TieError:
        assume(False)

    view = computed(sections, policy, learner, scores, now)

    event(f"marks: {min(3, sum(len(marks) for _, marks, _ in expected.types))}")
    event(f"something earned: {expected.total > 0}")
    for found, (name, marks, mean) in zip(view.types, expected.types, strict=True):
        assert found.type.name == name
        assert [(mark.label, mark.is_dropped) for mark in found.marks] == [
            (mark.label, mark.is_dropped) for mark in marks
        ]
        fractions = [mark.fraction for mark in found.marks]
        assert fractions == pytest.approx([float(mark.fraction) for mark in marks])
        assert found.average == pytest.approx(float(mean))
    assert view.unrounded == pytest.approx(float(expected.total))
    assert (view.percent, view.letter, view.is_passing) == (
        expected.percent,
        expected.letter,
        expected.passes,
    )
