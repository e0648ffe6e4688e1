"""The arithmetic of grades: rules one by one, and what must hold for any scores."""

from __future__ import annotations

from fractions import Fraction
from math import floor, isclose
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.core.keys import BlockKey
from common.grading.aggregate import (
    course_grade,
    course_total,
    dropped_places,
    letter_grade,
    round_course_percent,
    type_grade,
    type_grades,
    weighted_points,
)
from common.grading.data import AssignmentType, Points, Policy, SubsectionGrade
from common.grading.errors import InvalidScoreError
from common.grading.policy import parse_policy

HOMEWORK = AssignmentType("Homework", 0, 0, 1.0, "HW")


def subsection(
    earned: float, possible: float = 1, number: int = 0, **values: object
) -> SubsectionGrade:
    points = Points(earned, possible)
    given = {
        "key": BlockKey("sequential", f"s{number}"),
        "display_name": f"Subsection {number}",
        "section": BlockKey("chapter", "c"),
        "section_name": "Section",
        "format": "Homework",
        "graded": True,
        "total": points,
        "graded_total": points,
        **values,
    }
    return SubsectionGrade(**given)  # type: ignore[arg-type] # a test's overrides


def kind(min_count: int = 0, drop_count: int = 0, weight: float = 1.0) -> AssignmentType:
    return AssignmentType("Homework", min_count, drop_count, weight, "HW")


@pytest.mark.parametrize(
    ("earned", "possible", "weight", "result"),
    [
        pytest.param(1, 2, None, (1, 2), id="no weight: raw points"),
        pytest.param(1, 2, 10, (5, 10), id="scaled to the weight"),
        pytest.param(3, 0, 10, (3, 0), id="nothing possible: raw points"),
        pytest.param(1, 2, 0, (0, 0), id="weight zero: nothing to earn"),
        pytest.param(3, 2, 4, (6, 4), id="bonus points are scaled too"),
    ],
)
def test_weighted_points(
    earned: float, possible: float, weight: float | None, result: tuple[float, float]
) -> None:
    assert weighted_points(Points(earned, possible), weight) == Points(*result)


@pytest.mark.parametrize(
    ("earned", "possible"), [(-1, 1), (1, -1), (float("nan"), 1), (1, float("nan"))]
)
def test_impossible_points_are_refused(earned: float, possible: float) -> None:
    with pytest.raises(InvalidScoreError):
        Points(earned, possible)


@pytest.mark.parametrize(
    ("earned", "possible", "fraction"),
    [
        pytest.param(1, 3, 0.3333, id="four decimals"),
        pytest.param(2, 3, 0.6667, id="rounded"),
        pytest.param(1, 32, 0.0313, id="half goes up"),
        pytest.param(0, 0, 0.0, id="nothing possible"),
    ],
)
def test_subsection_fraction(earned: float, possible: float, fraction: float) -> None:
    assert subsection(earned, possible).fraction == fraction


@pytest.mark.parametrize(
    ("fractions", "min_count", "drop_count", "average", "dropped"),
    [
        pytest.param([1.0, 0.5], 0, 0, 0.75, [], id="the mean"),
        pytest.param([1.0], 2, 0, 0.5, [], id="an owed subsection counts as zero"),
        pytest.param([1.0], 2, 1, 1.0, [1], id="a drop absorbs the owed one"),
        pytest.param([1.0, 0.2, 0.6], 0, 1, 0.8, [1], id="the lowest goes"),
        pytest.param([0.5, 0.5, 1.0], 0, 1, 0.75, [1], id="of equal ones the later goes"),
        pytest.param([0.5, 0.5, 0.5], 0, 2, 0.5, [1, 2], id="two equal ones: the two later"),
        pytest.param([0.5, 1.0], 0, 2, 0.0, [0, 1], id="all dropped: the bare sum of nothing"),
        pytest.param([0.5], 0, 5, 0.0, [0], id="more drops than marks"),
        pytest.param([], 0, 0, 0.0, [], id="no subsections"),
        pytest.param([], 3, 0, 0.0, [], id="all owed"),
        pytest.param([1.0, 1.0, 1.0], 2, 0, 1.0, [], id="more than the minimum"),
    ],
)
def test_type_average(
    fractions: list[float], min_count: int, drop_count: int, average: float, dropped: list[int]
) -> None:
    grade = type_grade(
        kind(min_count, drop_count),
        [subsection(fraction, number=number) for number, fraction in enumerate(fractions)],
    )

    assert grade.average == pytest.approx(average)
    assert [place for place, mark in enumerate(grade.marks) if mark.is_dropped] == dropped


def test_labels_count_from_the_starting_index() -> None:
    labelled = AssignmentType("Homework", 3, 0, 1.0, "HW", starting_index=4)

    grade = type_grade(labelled, [subsection(1)])

    assert [mark.label for mark in grade.marks] == ["HW 04", "HW 05", "HW 06"]
    assert grade.average_label == "HW Avg"
    assert [mark.is_owed for mark in grade.marks] == [False, True, True]


def test_the_only_one_of_its_type_has_no_number() -> None:
    grade = type_grade(AssignmentType("Final Exam", 1, 0, 1.0, "Final"), [subsection(1)])

    assert [mark.label for mark in grade.marks] == ["Final"]


def test_only_graded_subsections_with_points_and_a_known_format_count() -> None:
    policy = parse_policy(
        {"GRADER": [{"type": "Homework", "min_count": 0, "drop_count": 0, "weight": 1}]}
    )
    subsections = [
        subsection(1, number=1),
        subsection(0, number=2, graded=False),
        subsection(0, 0, number=3),
        subsection(0, number=4, format="Quiz"),
        subsection(0, number=5, format=None),
    ]

    (grade,) = type_grades(policy, subsections)

    assert [mark.key for mark in grade.marks] == [BlockKey("sequential", "s1")]


def test_weights_are_not_normalised() -> None:
    policy = Policy(types=(kind(weight=0.8), kind(weight=0.7)), cutoffs=())

    assert course_total(type_grades(policy, [subsection(1)])) == pytest.approx(1.5)


@pytest.mark.parametrize(
    ("total", "percent"),
    [
        pytest.param(0.0, 0.0, id="nothing"),
        pytest.param(0.594, 0.59, id="below the half"),
        pytest.param(0.5944, 0.59, id="a twentieth is not enough"),
        pytest.param(0.5946, 0.6, id="a twentieth tips it"),
        pytest.param(0.595, 0.6, id="the half goes up"),
        pytest.param(0.605, 0.61, id="the half goes up from even too"),
        pytest.param(0.9999, 1.0, id="nearly all"),
        pytest.param(1.2, 1.2, id="weights above one"),
    ],
)
def test_round_course_percent(total: float, percent: float) -> None:
    assert round_course_percent(total) == percent


@given(st.integers(0, 12000))
def test_rounding_agrees_with_exact_arithmetic(ten_thousandths: int) -> None:
    exact = Fraction(ten_thousandths, 100) + Fraction(5, 100)

    rounded = round_course_percent(ten_thousandths / 10000)

    # At the very tie a float may fall to either side; everywhere else it must not.
    if (exact + Fraction(1, 2)).denominator != 1:
        assert rounded == floor(exact + Fraction(1, 2)) / 100


@pytest.mark.parametrize(
    ("percent", "letter", "is_passing"),
    [
        pytest.param(0.9, "A", True, id="at the cutoff"),
        pytest.param(0.89, "B", True, id="just below"),
        pytest.param(0.6, "C", True, id="at the lowest"),
        pytest.param(0.59, "", False, id="below all"),
        pytest.param(1.4, "A", True, id="above one"),
    ],
)
def test_letter_and_pass(percent: float, letter: str, is_passing: bool) -> None:
    policy = parse_policy({"GRADE_CUTOFFS": {"C": 0.6, "A": 0.9, "B": 0.8}})

    grade = course_grade(policy, percent)

    assert (grade.letter, grade.is_passing) == (letter, is_passing)


def test_a_cutoff_of_zero_gives_a_letter_but_no_pass() -> None:
    policy = parse_policy({"GRADE_CUTOFFS": {"A": 0.9, "F": 0}})

    assert letter_grade(policy, 0.1) == "F"
    assert not course_grade(policy, 0.1).is_passing


def test_nobody_passes_without_a_cutoff() -> None:
    assert not course_grade(Policy(types=(), cutoffs=()), 1.0).is_passing


shares = st.lists(st.integers(0, 20).map(lambda n: n / 20), max_size=8)
kinds = st.builds(kind, st.integers(0, 8), st.integers(0, 8))


def average(assignment: AssignmentType, values: list[float]) -> float:
    return type_grade(assignment, [subsection(value) for value in values]).average


@given(kinds, shares, st.randoms(use_true_random=False))
def test_the_order_of_subsections_does_not_matter(
    assignment: AssignmentType, values: list[float], random: Random
) -> None:
    shuffled = list(values)
    random.shuffle(shuffled)

    assert average(assignment, shuffled) == average(assignment, values)


@given(kinds, shares)
def test_an_average_is_a_share(assignment: AssignmentType, values: list[float]) -> None:
    assert 0 <= average(assignment, values) <= 1


@given(kinds, shares.filter(bool), st.data())
def test_a_better_mark_never_lowers_the_average(
    assignment: AssignmentType, values: list[float], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(values) - 1))
    better = [*values]
    better[place] = data.draw(
        st.sampled_from([n / 20 for n in range(21) if n / 20 >= values[place]])
    )

    assert average(assignment, better) >= average(assignment, values)


@given(shares, st.integers(0, 8))
def test_dropping_more_never_lowers_the_average_while_a_mark_is_kept(
    values: list[float], drops: int
) -> None:
    if drops + 1 < len(values):
        fewer, more = kind(0, drops), kind(0, drops + 1)
        assert average(more, values) >= average(fewer, values) - 1e-12


@given(shares, st.integers(0, 10))
def test_dropped_marks_are_the_lowest(values: list[float], drops: int) -> None:
    dropped = dropped_places(values, drops)
    kept = [value for place, value in enumerate(values) if place not in dropped]

    assert len(dropped) == min(drops, len(values))
    assert not kept or all(values[place] <= min(kept) for place in dropped)


@given(st.lists(st.tuples(kinds, st.integers(0, 100)), max_size=4), shares)
def test_the_breakdown_adds_up(
    weighted: list[tuple[AssignmentType, int]], values: list[float]
) -> None:
    types = tuple(
        AssignmentType("Homework", k.min_count, k.drop_count, weight / 100, "HW")
        for k, weight in weighted
    )
    grades = type_grades(Policy(types, ()), [subsection(value) for value in values])

    for grade in grades:
        kept = sum(mark.fraction for mark in grade.marks if not mark.is_dropped)
        assert isclose(grade.kept_sum, kept)
        assert isclose(grade.average * max(1, grade.divisor), kept)
        assert isclose(grade.contribution, grade.average * grade.type.weight)
    assert isclose(course_total(grades), sum(grade.contribution for grade in grades))
