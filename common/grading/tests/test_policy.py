"""A grading policy is read whatever an author left in it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.grading.data import AssignmentType, Policy
from common.grading.policy import DEFAULT_CUTOFFS, DEFAULT_TYPES, parse_policy

HOMEWORK = {"type": "Homework", "min_count": 3, "drop_count": 1, "weight": 1, "short_label": "HW"}


def codes(policy: Policy) -> list[str]:
    return [warning.code for warning in policy.warnings]


@pytest.mark.parametrize("raw", [None, {}])
def test_a_missing_policy_is_the_default(raw: Any) -> None:
    policy = parse_policy(raw)

    assert [(t.name, t.min_count, t.drop_count, t.weight) for t in policy.types] == [
        ("Homework", 12, 2, 0.15),
        ("Lab", 12, 2, 0.15),
        ("Midterm Exam", 1, 0, 0.3),
        ("Final Exam", 1, 0, 0.4),
    ]
    assert policy.cutoffs == (("Pass", 0.5),)
    assert policy.warnings == ()


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param([], id="a list"),
        pytest.param("x", id="text"),
        pytest.param({"GRADER": {}, "GRADE_CUTOFFS": []}, id="parts of the wrong kind"),
    ],
)
def test_an_unreadable_policy_is_the_default_with_a_warning(raw: Any) -> None:
    policy = parse_policy(raw)

    assert policy.types == DEFAULT_TYPES
    assert policy.cutoffs == DEFAULT_CUTOFFS
    assert set(codes(policy)) == {"policy_unreadable"}


def test_each_missing_key_has_its_own_default() -> None:
    assert parse_policy({"GRADER": [HOMEWORK]}).cutoffs == DEFAULT_CUTOFFS
    assert parse_policy({"GRADE_CUTOFFS": {"A": 0.9}}).types == DEFAULT_TYPES


def test_an_empty_list_of_types_is_meant() -> None:
    assert parse_policy({"GRADER": []}).types == ()


@pytest.mark.parametrize(
    ("change", "field", "value", "code"),
    [
        pytest.param({}, "weight", 1.0, None, id="as written"),
        pytest.param({"min_count": None}, "min_count", 0, "count_unreadable", id="null count"),
        pytest.param({"min_count": "4"}, "min_count", 4, None, id="count as text"),
        pytest.param({"min_count": 1e9}, "min_count", 0, "count_unreadable", id="absurd count"),
        pytest.param({"drop_count": -1}, "drop_count", 0, "count_unreadable", id="negative drop"),
        pytest.param({"weight": "0.5"}, "weight", 0.5, None, id="weight as text"),
        pytest.param({"weight": "much"}, "weight", 0.0, "weight_unreadable", id="bad weight"),
        pytest.param({"weight": 1e300}, "weight", 0.0, "weight_unreadable", id="absurd weight"),
        pytest.param({"weight": -1}, "weight", 0.0, "weight_unreadable", id="negative weight"),
        pytest.param(
            {"weight": float("nan")}, "weight", 0.0, "weight_unreadable", id="not a number"
        ),
        pytest.param({"short_label": None}, "short_label", "Homework", None, id="label is type"),
        pytest.param({"starting_index": 5}, "starting_index", 5, None, id="starting index"),
        pytest.param({"colour": 1}, "name", "Homework", "attribute_unknown", id="unknown key"),
    ],
)
def test_entries_are_taken_as_far_as_they_can_be_read(
    change: dict[str, Any], field: str, value: Any, code: str | None
) -> None:
    policy = parse_policy({"GRADER": [{**HOMEWORK, **change}]})

    assert getattr(policy.types[0], field) == value
    assert (code in codes(policy)) if code else set(codes(policy)) <= {"weights_sum"}


@pytest.mark.parametrize("missing", ["min_count", "drop_count"])
def test_a_missing_count_is_zero_with_a_warning(missing: str) -> None:
    entry = {name: value for name, value in HOMEWORK.items() if name != missing}

    policy = parse_policy({"GRADER": [entry]})

    assert getattr(policy.types[0], missing) == 0
    assert codes(policy) == ["count_missing"]


def test_a_missing_weight_is_zero() -> None:
    assert parse_policy({"GRADER": [{**HOMEWORK, "weight": 0}]}).types[0].weight == 0


def test_entries_without_a_type_are_left_out() -> None:
    policy = parse_policy({"GRADER": [HOMEWORK, {"weight": 1}, 7]})

    assert [kind.name for kind in policy.types] == ["Homework"]
    assert codes(policy) == ["assignment_type_unreadable"] * 2


def test_weights_are_not_normalised() -> None:
    policy = parse_policy({"GRADER": [{**HOMEWORK, "weight": 0.7}, {**HOMEWORK, "weight": 0.7}]})

    assert [kind.weight for kind in policy.types] == [0.7, 0.7]
    assert codes(policy) == ["weights_sum"]


@pytest.mark.parametrize(
    ("cutoffs", "parsed", "passing"),
    [
        pytest.param({"B": 0.5, "A": 0.9}, (("A", 0.9), ("B", 0.5)), 0.5, id="highest first"),
        pytest.param({"A": 0.9, "F": 0}, (("A", 0.9), ("F", 0.0)), 0.9, id="zero passes nobody"),
        pytest.param({"A": "0.8", "B": None}, (("A", 0.8),), 0.8, id="unreadable left out"),
        pytest.param({}, (), None, id="none: nobody passes"),
    ],
)
def test_cutoffs(
    cutoffs: dict[str, Any], parsed: tuple[tuple[str, float], ...], passing: float | None
) -> None:
    policy = parse_policy({"GRADE_CUTOFFS": cutoffs})

    assert policy.cutoffs == parsed
    assert policy.passing_fraction == passing


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*HOMEWORK, "GRADER", "GRADE_CUTOFFS", "x"]), inner, max_size=5
        )
    ),
    max_leaves=12,
)


@given(json)
def test_any_json_gives_a_policy(raw: Any) -> None:
    policy = parse_policy(raw)

    assert all(isinstance(kind, AssignmentType) and kind.weight >= 0 for kind in policy.types)
    assert list(policy.cutoffs) == sorted(policy.cutoffs, key=lambda cutoff: -cutoff[1])
