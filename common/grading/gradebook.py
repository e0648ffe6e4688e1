"""Grade a learner from an outline and recorded scores. Pure: the one way that grades are made.

Pages, submissions and restamp jobs all come through ``grade_course``, so all places agree. What
depends only on the outline and on whom it is shown to is computed once and kept with the
outline; a submission then costs the learner's scores and the subsections that they touch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from common.core.jsontext import canonical_bytes, sha256_hex
from common.core.keys import BlockKey
from common.courses.api import (
    Purpose,
    audience,
    closes_at,
    due_at,
    outline_form,
    visibility_window,
    visible_blocks,
)
from common.courses.data import CourseOutline, OutlineBlock, Viewer
from common.grading.aggregate import (
    course_grade,
    course_total,
    subsection_totals,
    type_grades,
    weighted_points,
)
from common.grading.data import (
    MAX_POINTS,
    BlockScore,
    CourseGradeView,
    Points,
    Policy,
    ProblemScore,
    Stamp,
    SubsectionGrade,
)
from common.grading.policy import parse_policy

# Part of every stamp: raise it when the rules of this app would give another grade. The sweep then
# has all stored grades made again.
RULES = 1
_BASIS_DIGITS: Final = 8

# The plan of an outline is one for all: who has dates of their own gets them in ``with_own_dates``.
_EVERYBODY: Final = Viewer()

Scores = Mapping[BlockKey, BlockScore]


@dataclass(frozen=True, slots=True)
class Plan:
    """What can be graded in a course: subsections in order, none attempted.

    ``blocks`` are the scored blocks of each subsection; ``places`` the subsections that a block
    is in (two, where two parents share it); ``shown`` the places of those that the audience
    sees. The lists hold the others too, so that ``places`` is shared by all audiences.
    """

    subsections: tuple[SubsectionGrade, ...]
    blocks: tuple[tuple[OutlineBlock, ...], ...]
    places: Mapping[BlockKey, tuple[int, ...]]
    shown: frozenset[int]


def policy_of(outline: CourseOutline) -> Policy:
    """Return the parsed grading policy of an outline."""
    return outline.remember("policy", lambda: parse_policy(outline.policy))


def policy_hash_of(outline: CourseOutline) -> str:
    """Return what names the policy of an outline in events."""
    return outline.remember("policy_hash", lambda: sha256_hex(canonical_bytes(outline.policy)))


def stamp_of(outline: CourseOutline, viewer: Viewer, now: datetime) -> Stamp:
    """Return the stamp of a grade computed now."""
    since, until = visibility_window(outline, viewer, now, purpose=Purpose.GRADES)
    who = sha256_hex(audience(outline, viewer).encode())[: 32 - _BASIS_DIGITS]
    return Stamp(outline.version, basis() + who, since, until)


def basis() -> str:
    """Return what the audience of every stamp begins with: the rules of here and of outlines.

    The same for all learners of all courses, until a release or another set of installed
    packages changes it.
    """
    return sha256_hex(f"{RULES}/{outline_form()}".encode())[:_BASIS_DIGITS]


def plan_of(outline: CourseOutline, viewer: Viewer, now: datetime) -> Plan:
    """Return what can be graded for a viewer now; kept with the outline for the audience."""
    since, _ = visibility_window(outline, viewer, now, purpose=Purpose.GRADES)
    name = ("plan", audience(outline, viewer), since)
    return outline.remember(name, lambda: _narrow(outline, viewer, now))


def prepare_grading(outline: CourseOutline, viewer: Viewer, now: datetime) -> None:
    """Work out all that grading needs of an outline but not of scores, and keep it.

    For callers about to open a transaction: the first time, a course of 10,000 blocks takes some
    tens of milliseconds, which must not pass under a lock. ``now`` is that of the grading.
    """
    policy_of(outline)
    policy_hash_of(outline)
    plan_of(outline, viewer, now)
    stamp_of(outline, viewer, now)


def _narrow(outline: CourseOutline, viewer: Viewer, now: datetime) -> Plan:
    """Return the whole plan without the blocks that the viewer does not see."""
    whole = outline.remember("whole_plan", lambda: _make_whole_plan(outline))
    visible = visible_blocks(outline, viewer, now, purpose=Purpose.GRADES)
    subsections: list[SubsectionGrade] = []
    blocks: list[tuple[OutlineBlock, ...]] = []
    for subsection, scored in zip(whole.subsections, whole.blocks, strict=True):
        if all(block.key in visible for block in scored):
            subsections.append(subsection)
            blocks.append(scored)
        else:
            seen = tuple(block for block in scored if block.key in visible)
            subsections.append(_without_scores(subsection, seen))
            blocks.append(seen)
    shown = frozenset(place for place, grade in enumerate(subsections) if grade.key in visible)
    return Plan(tuple(subsections), tuple(blocks), whole.places, shown)


def _make_whole_plan(outline: CourseOutline) -> Plan:
    subsections: list[SubsectionGrade] = []
    blocks: list[tuple[OutlineBlock, ...]] = []
    places: dict[BlockKey, tuple[int, ...]] = {}
    for section in outline.children(outline.course):
        for subsection in outline.children(section.key):
            # A block that two units share is one problem of the subsection.
            inner = {block.key: block for block in outline.iter_subtree(subsection.key)}
            scored = tuple(block for block in inner.values() if block.has_score)
            for block in scored:
                places[block.key] = (*places.get(block.key, ()), len(subsections))
            subsections.append(_unattempted(outline, section, subsection, scored))
            blocks.append(scored)
    return Plan(tuple(subsections), tuple(blocks), places, frozenset(range(len(subsections))))


def _unattempted(
    outline: CourseOutline,
    section: OutlineBlock,
    subsection: OutlineBlock,
    scored: tuple[OutlineBlock, ...],
) -> SubsectionGrade:
    until = None if subsection.due is None else closes_at(outline.facts, subsection, _EVERYBODY)
    empty = SubsectionGrade(
        key=subsection.key,
        display_name=subsection.display_name,
        section=section.key,
        section_name=section.display_name,
        format=subsection.format,
        graded=subsection.graded,
        total=Points(0, 0),
        graded_total=Points(0, 0),
        due=subsection.due,
        closes_at=until,
        show_correctness=subsection.show_correctness,
    )
    return _without_scores(empty, scored)


def _without_scores(grade: SubsectionGrade, scored: tuple[OutlineBlock, ...]) -> SubsectionGrade:
    """Return the grade of a subsection with these blocks, before any of them is attempted."""
    return _with_problems(grade, [problem_score(block, None) for block in scored])


def _with_scores(
    empty: SubsectionGrade, scored: tuple[OutlineBlock, ...], scores: Scores
) -> SubsectionGrade:
    """Return the same with a learner's scores. What is not attempted is taken from ``empty``."""
    # In the order of the blocks; those that offer no points have none (see problem_score).
    unattempted = iter(empty.problems)
    problems: list[ProblemScore | None] = []
    for block in scored:
        problem = None if block.max_points is None else next(unattempted)
        score = scores.get(block.key)
        problems.append(problem if score is None else problem_score(block, score))
    return _with_problems(empty, problems)


def _with_problems(
    grade: SubsectionGrade, problems: Iterable[ProblemScore | None]
) -> SubsectionGrade:
    found = tuple(problem for problem in problems if problem is not None)
    total, graded_total = subsection_totals(found)
    return replace(grade, problems=found, total=total, graded_total=graded_total)


def problem_score(block: OutlineBlock, score: BlockScore | None) -> ProblemScore | None:
    """Return the points of one scored block; None while it offers none and has no score.

    Not attempted: nothing of what the block offers. Attempted: as published. The weight is
    the block's, except for tools that applied it themselves.
    """
    if score is not None:
        raw = Points(score.raw_earned, score.raw_possible)
    elif block.max_points is not None:
        raw = Points(0.0, min(MAX_POINTS, max(0.0, block.max_points)))
    else:
        return None
    # A weight that nobody can mean is none: one block must not cost everybody their grade.
    usable = block.weight is not None and 0 <= block.weight <= MAX_POINTS
    weight = block.weight if usable else None
    points = raw if score is not None and score.is_weighted else weighted_points(raw, weight)
    return ProblemScore(
        key=block.key,
        display_name=block.display_name,
        points=points,
        counts=points.possible > 0 and not block.own_graded_false,
        weight=weight,
        raw=raw,
        attempted_at=None if score is None else score.attempted_at,
        show_correctness=block.show_correctness,
    )


def touched_places(plan: Plan, keys: Iterable[BlockKey]) -> list[int]:
    """Return the places of the shown subsections that hold any of these blocks, in order."""
    places = {place for key in keys for place in plan.places.get(key, ())}
    return sorted(places & plan.shown)


def grade_subsections(plan: Plan, scores: Scores) -> tuple[SubsectionGrade, ...]:
    """Return the grades of all shown subsections of a learner with these scores."""
    grades = list(plan.subsections)
    for place in touched_places(plan, scores):
        grades[place] = _with_scores(grades[place], plan.blocks[place], scores)
    if len(plan.shown) == len(grades):
        return tuple(grades)
    return tuple(grade for place, grade in enumerate(grades) if place in plan.shown)


def grade_subsection(
    outline: CourseOutline, viewer: Viewer, key: BlockKey, scores: Scores, now: datetime
) -> SubsectionGrade | None:
    """Return the grade of one subsection; None when the viewer does not see it."""
    plan = plan_of(outline, viewer, now)
    for place in plan.shown:
        if plan.subsections[place].key == key:
            return _with_scores(plan.subsections[place], plan.blocks[place], scores)
    return None


def touched_subsections(
    plan: Plan, scores: Scores, keys: Iterable[BlockKey]
) -> list[SubsectionGrade]:
    """Return the grades of the shown subsections that hold any of ``keys``."""
    return [
        _with_scores(plan.subsections[place], plan.blocks[place], scores)
        for place in touched_places(plan, keys)
    ]


def grade_course(
    outline: CourseOutline, viewer: Viewer, scores: Scores, now: datetime
) -> CourseGradeView:
    """Return the course grade of a learner with these scores, opened up."""
    policy = policy_of(outline)
    subsections = grade_subsections(plan_of(outline, viewer, now), scores)
    types = type_grades(policy, subsections)
    total = course_total(types)
    return CourseGradeView(
        grade=course_grade(policy, total),
        policy=policy,
        types=types,
        subsections=subsections,
        unrounded=total,
        version=outline.version,
        valid_until=stamp_of(outline, viewer, now).valid_until,
    )


def with_own_dates(
    view: CourseGradeView, outline: CourseOutline, viewer: Viewer
) -> CourseGradeView:
    """Return a learner's grade with the due dates that are theirs alone.

    Dates decide what is shown of a grade, never the grade.
    """
    if viewer.paced_from is None or not outline.has_own_dates:
        return view
    facts = outline.facts
    subsections = []
    for grade in view.subsections:
        block = outline.block(grade.key)
        due = due_at(facts, block, viewer)
        until = None if due is None else closes_at(facts, block, viewer)
        subsections.append(replace(grade, due=due, closes_at=until))
    return replace(view, subsections=tuple(subsections))
