"""Turn block scores into subsection grades, assignment-type averages and the course grade.

Pure functions over frozen data: no database, clock or request (rules: reference olx, section 3).
Sums are exact (``fsum``), so no grade depends on the order in which scores arrive.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import fsum

from common.grading.data import (
    AssignmentType,
    CourseGrade,
    Points,
    Policy,
    ProblemScore,
    SubsectionGrade,
    TypeGrade,
)
from common.grading.rounding import round_half_up


def weighted_points(raw: Points, weight: float | None) -> Points:
    """Scale raw points to a block's weight; no weight, or nothing possible, leaves them."""
    if weight is None or raw.possible == 0:
        return raw
    return Points(earned=raw.earned * weight / raw.possible, possible=weight)


def add_points(points: Iterable[Points]) -> Points:
    """Return the sum of points earned and of points possible."""
    blocks = list(points)
    return Points(
        earned=fsum(block.earned for block in blocks),
        possible=fsum(block.possible for block in blocks),
    )


def subsection_totals(problems: Sequence[ProblemScore]) -> tuple[Points, Points]:
    """Return the points of all scored blocks, and of those in the graded total."""
    return (
        add_points(problem.points for problem in problems),
        add_points(problem.points for problem in problems if problem.counts),
    )


def dropped_places(fractions: Sequence[float], drop_count: int) -> frozenset[int]:
    """Return the places of the lowest fractions; of equal ones the later goes first."""
    if drop_count <= 0:
        return frozenset()
    lowest = sorted(range(len(fractions)), key=lambda place: (fractions[place], -place))
    return frozenset(lowest[:drop_count])


def type_grade(kind: AssignmentType, subsections: Sequence[SubsectionGrade]) -> TypeGrade:
    """Average one assignment type over its counting subsections, in the order of the course.

    Subsections that authors still owe (``min_count``) count as 0.0. They are added before the
    ``drop_count`` lowest go, so a drop can absorb one. With more drops than marks the average is
    the bare sum of what is left: nothing, so 0.0.
    """
    count = max(kind.min_count, len(subsections))
    fractions = (
        *(subsection.fraction for subsection in subsections),
        *[0.0] * (count - len(subsections)),
    )
    dropped = dropped_places(fractions, kind.drop_count)
    kept_sum = fsum(value for place, value in enumerate(fractions) if place not in dropped)
    divisor = max(0, count - kind.drop_count)
    average = kept_sum / divisor if divisor else kept_sum
    return TypeGrade(
        type=kind,
        subsections=tuple(subsections),
        fractions=fractions,
        dropped=dropped,
        average=average,
        kept_sum=kept_sum,
        divisor=divisor,
        contribution=kind.weight * average,
    )


def type_grades(policy: Policy, subsections: Iterable[SubsectionGrade]) -> tuple[TypeGrade, ...]:
    """Sort the counting subsections into the policy's types and average each.

    A format that the policy does not name counts nowhere.
    """
    buckets: dict[str, list[SubsectionGrade]] = {}
    for subsection in subsections:
        if subsection.counts and subsection.format:
            buckets.setdefault(subsection.format, []).append(subsection)
    return tuple(type_grade(kind, buckets.get(kind.name, [])) for kind in policy.types)


def course_total(types: Iterable[TypeGrade]) -> float:
    """Add up what the assignment types contribute; not normalised by the sum of weights."""
    return fsum(grade.contribution for grade in types)


def round_course_percent(total: float) -> float:
    """Return the course grade in whole hundredths: 59.45 % is 60 %, 59.44 % is 59 %.

    The policy's own rounding: a twentieth of a percent is given, then halves go up.
    """
    return round_half_up(100 * total + 0.05, 0) / 100


def letter_grade(policy: Policy, percent: float) -> str:
    """Return the letter of the highest cutoff that ``percent`` reaches; "" below all."""
    reached = [(cutoff, letter) for letter, cutoff in policy.cutoffs if percent >= cutoff]
    return max(reached, key=lambda pair: pair[0])[1] if reached else ""


def course_grade(policy: Policy, total: float) -> CourseGrade:
    """Return the final grade for an unrounded total. Nobody passes a course without a cutoff."""
    percent = round_course_percent(total)
    passing = policy.passing_fraction
    return CourseGrade(
        percent=percent,
        letter=letter_grade(policy, percent),
        is_passing=passing is not None and percent >= passing,
    )
