"""Grades computed again in another way, for tests: exact fractions, block by block, no caches."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

from common.core.keys import BlockKey
from common.courses.api import Action, Reason, check_access
from common.courses.data import CourseOutline, OutlineBlock, Viewer
from common.grading.data import BlockScore

# Each subsection is rounded to four decimals before averages are made.
TOLERANCE = 2e-4
_UNSEEN = {Reason.STAFF_ONLY, Reason.NOT_IN_GROUP, Reason.NOT_STARTED, Reason.NOT_SELECTED}


def subsection_points(
    outline: CourseOutline,
    viewer: Viewer,
    scores: Mapping[BlockKey, BlockScore],
    subsection: BlockKey,
    now: datetime,
) -> tuple[Fraction, Fraction]:
    """Return graded points earned and possible of a learner (not staff) in a subsection."""
    earned = possible = Fraction(0)
    for key in {block.key for block in outline.iter_subtree(subsection)}:
        block = outline.blocks[key]
        access = check_access(viewer, outline, key, Action.OUTLINE, now)
        if not block.has_score or access.reason in _UNSEEN or block.own_graded_false:
            continue
        points = _points(block, scores.get(key))
        if points is not None and points[1] > 0:
            earned, possible = earned + points[0], possible + points[1]
    return earned, possible


def _points(block: OutlineBlock, score: BlockScore | None) -> tuple[Fraction, Fraction] | None:
    if score is None and block.max_points is None:
        return None
    earned = Fraction(score.raw_earned) if score else Fraction(0)
    possible = Fraction(score.raw_possible if score else block.max_points or 0)
    if block.weight is None or possible == 0 or (score is not None and score.is_weighted):
        return earned, possible
    return earned * Fraction(block.weight) / possible, Fraction(block.weight)


def course_total(
    outline: CourseOutline,
    viewer: Viewer,
    scores: Mapping[BlockKey, BlockScore],
    policy: Mapping[str, Any],
    now: datetime,
) -> Fraction:
    """Return the unrounded course grade of a learner under a well-formed policy."""
    total = Fraction(0)
    for kind in policy["GRADER"]:
        marks = []
        for section in outline.block(outline.course).children:
            for key in outline.block(section).children:
                subsection = outline.block(key)
                if not subsection.graded or subsection.format != kind["type"]:
                    continue
                earned, possible = subsection_points(outline, viewer, scores, key, now)
                access = check_access(viewer, outline, key, Action.OUTLINE, now)
                if possible > 0 and access.reason not in _UNSEEN:
                    marks.append(earned / possible)
        marks += [Fraction(0)] * (kind["min_count"] - len(marks))
        kept = sorted(marks, reverse=True)[: max(0, len(marks) - kind["drop_count"])]
        if kept:
            total += Fraction(kind["weight"]) * sum(kept) / len(kept)
    return total
