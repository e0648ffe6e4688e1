"""Grades straight from the text of the rules: slow, without the product's outline or policy code.

Works on the tree as its authors left it, the policy as JSON and points as whole numbers, in exact
fractions. Nothing here may be imported by, or import, what it is compared with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from math import floor
from typing import Any

from common.content.tests.factories import Node

DEFAULTS: dict[str, Any] = {
    "GRADER": [
        {"type": "Homework", "min_count": 12, "drop_count": 2, "weight": 0.15, "short_label": "HW"},
        {"type": "Lab", "min_count": 12, "drop_count": 2, "weight": 0.15},
        {
            "type": "Midterm Exam",
            "min_count": 1,
            "drop_count": 0,
            "weight": 0.3,
            "short_label": "Midterm",
        },
        {
            "type": "Final Exam",
            "min_count": 1,
            "drop_count": 0,
            "weight": 0.4,
            "short_label": "Final",
        },
    ],
    "GRADE_CUTOFFS": {"Pass": 0.5},
}
# Schemes whose groups staff or the mode decide; group ids of the modes.
MODES = {"audit": 1, "verified": 2}
TRACK = 50


class TieError(Exception):
    """The exact number lies between two: which one a float takes is not the rules' matter."""


@dataclass(frozen=True)
class Learner:
    """Somebody enrolled, not staff."""

    is_beta: bool = False
    mode: str = "audit"
    cohort: int | None = None


@dataclass(frozen=True)
class Inherited:
    """What a block is handed down by the one above."""

    start: datetime
    early_days: float = 0
    graded: bool = False
    staff_only: bool = False
    # One entry for each ancestor that restricts: all of them must admit the learner.
    restrictions: tuple[tuple[int, frozenset[int]], ...] = ()
    is_open: bool = True


@dataclass(frozen=True)
class Mark:
    """One entry of an assignment type."""

    label: str
    fraction: Fraction
    is_dropped: bool = False


@dataclass(frozen=True)
class Grade:
    """What the rules give for one learner."""

    types: tuple[tuple[str, tuple[Mark, ...], Fraction], ...]
    total: Fraction
    percent: float
    letter: str
    passes: bool


def half_up(value: Fraction) -> int:
    """Round to a whole number, halves away from zero; TieError where floats may differ."""
    if abs((value % 1) - Fraction(1, 2)) < Fraction(1, 10**8):
        raise TieError
    return floor(value + Fraction(1, 2))


def hand_down(node: Node, above: Inherited, learner: Learner, now: datetime) -> Inherited:
    """Section 2: start is the latest, staff-only any, group access what all admit; rest nearest."""
    settings = node.settings
    own_start = settings.get("start")
    start = max([above.start, *([datetime.fromisoformat(own_start)] if own_start else [])])
    early = settings.get("days_early_for_beta", above.early_days)
    restrictions = list(above.restrictions)
    for partition, groups in settings.get("group_access", {}).items():
        if groups:
            restrictions.append((int(partition), frozenset(groups)))
    staff_only = above.staff_only or settings.get("visible_to_staff_only", False)
    opens = start - timedelta(days=early) if learner.is_beta else start
    mine = {1: learner.cohort, TRACK: MODES[learner.mode]}
    admitted = all(mine[partition] in groups for partition, groups in restrictions)
    return Inherited(
        start=start,
        early_days=early,
        graded=settings.get("graded", above.graded),
        staff_only=staff_only,
        restrictions=tuple(restrictions),
        is_open=above.is_open and now >= opens and admitted and not staff_only,
    )


def scored_blocks(
    node: Node, above: Inherited, learner: Learner, now: datetime
) -> Iterator[tuple[Node, bool]]:
    """Yield the problems below a block, and whether the learner sees each."""
    here = hand_down(node, above, learner, now)
    if node.block_type == "problem":
        yield node, here.is_open
    for child in node.children:
        yield from scored_blocks(child, here, learner, now)


def points(problem: Node, score: tuple[int, int] | None) -> tuple[Fraction, Fraction]:
    """Rule 1: raw where there is no weight or nothing possible, else scaled to the weight."""
    earned, possible = score or (0, 1)
    weight = problem.settings.get("weight")
    if weight is None or possible == 0:
        return Fraction(earned), Fraction(possible)
    return Fraction(earned) * Fraction(weight) / possible, Fraction(weight)


def counting_marks(
    sections: list[Node],
    learner: Learner,
    scores: Mapping[str, tuple[int, int]],
    now: datetime,
    course: Inherited,
) -> Iterator[tuple[str, Fraction]]:
    """Rule 2: format and percent, to four decimals, of each subsection that counts."""
    for section in sections:
        above = hand_down(section, course, learner, now)
        for subsection in section.children:
            here = hand_down(subsection, above, learner, now)
            earned = possible = Fraction(0)
            for child in subsection.children:
                for problem, is_seen in scored_blocks(child, here, learner, now):
                    got, of = points(problem, scores.get(problem.block_id))
                    if is_seen and of > 0 and problem.settings.get("graded") is not False:
                        earned, possible = earned + got, possible + of
            if here.is_open and here.graded and possible > 0:
                percent = Fraction(half_up(earned / possible * 10_000), 10_000)
                yield subsection.settings.get("format", ""), percent


def average(entry: Mapping[str, Any], found: list[Fraction]) -> tuple[tuple[Mark, ...], Fraction]:
    """Rule 3, and the labels of rule 5."""
    n = max(entry.get("min_count", 0), len(found))
    values = [*found, *[Fraction(0)] * (n - len(found))]
    drops = entry.get("drop_count", 0)
    kept = set(range(n))
    for _ in range(drops):
        if kept:
            lowest = min(values[place] for place in kept)
            kept.remove(max(place for place in kept if values[place] == lowest))
    total = sum((values[place] for place in kept), Fraction(0))
    label = entry.get("short_label") or entry["type"]
    first = entry.get("starting_index", 1)
    marks = tuple(
        Mark(label if n == 1 else f"{label} {first + place:02d}", value, place not in kept)
        for place, value in enumerate(values)
    )
    return marks, total / (n - drops) if n - drops > 0 else total


def grade(
    sections: list[Node],
    policy: Mapping[str, Any],
    learner: Learner,
    scores: Mapping[str, tuple[int, int]],
    now: datetime,
    course_start: datetime,
) -> Grade:
    """Rules 4 and 5. Raises TieError."""
    graders = policy.get("GRADER", DEFAULTS["GRADER"])
    cutoffs = policy.get("GRADE_CUTOFFS", DEFAULTS["GRADE_CUTOFFS"])
    found = list(counting_marks(sections, learner, scores, now, Inherited(start=course_start)))
    types = []
    total = Fraction(0)
    for entry in graders:
        marks, mean = average(entry, [mark for name, mark in found if name == entry["type"]])
        types.append((entry["type"], marks, mean))
        total += Fraction(str(entry.get("weight", 0))) * mean
    percent = half_up(100 * total + Fraction(5, 100)) / 100
    reached = {cutoff: letter for letter, cutoff in cutoffs.items() if cutoff <= percent}
    nonzero = [cutoff for cutoff in cutoffs.values() if cutoff > 0]
    return Grade(
        types=tuple(types),
        total=total,
        percent=percent,
        letter=reached[max(reached)] if reached else "",
        passes=bool(nonzero) and percent >= min(nonzero),
    )
