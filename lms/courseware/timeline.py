"""The dates of a course that concern one person, in order.

Due dates are those of the outline, as grading and access use them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.blocks.api import get_completions
from common.core.keys import BlockKey
from common.courses.api import closes_at
from common.courses.data import CourseRunData
from lms.courseware.opening import OpenCourse
from lms.courseware.plan import Completions, SubsectionPlan, is_complete


class DateKind(StrEnum):
    """What happens at a date; the field's names."""

    COURSE_START = "course-start-date"
    COURSE_END = "course-end-date"
    DUE = "assignment-due-date"


class DateState(StrEnum):
    """How a date stands for the person. Of a due date: whether it was met."""

    COMING = "coming"
    NEXT = "next"
    DONE = "done"
    MISSED = "missed"
    GRACE = "grace"  # past, and answers still count
    PAST = "past"


_TITLES: dict[DateKind, str | Promise] = {
    DateKind.COURSE_START: _("The course starts"),
    DateKind.COURSE_END: _("The course ends"),
}


@dataclass(frozen=True, slots=True)
class CourseDate:
    """One date. ``block`` and ``unit``: the subsection that is due, and its first page.

    ``closes_at``: until when answers count, where that is later than the date. ``is_own``: it is
    this learner's alone, and moves with them.
    """

    kind: DateKind
    at: datetime
    title: str | Promise
    state: DateState
    block: BlockKey | None = None
    unit: BlockKey | None = None
    assignment_type: str = ""
    closes_at: datetime | None = None
    is_own: bool = False

    @property
    def id(self) -> str:
        """Names the date within its course: the block's id, or the kind."""
        return str(self.block) if self.block is not None else self.kind.value


def list_dates(
    opened: OpenCourse, completions: Completions | None = None
) -> tuple[CourseDate, ...]:
    """Return the dates in order, of a visitor without what is done.

    One statement, none where the ``completions`` of the course are at hand.
    """
    if completions is None:
        completions = get_completions(opened.session.context)
    found = [*_due_dates(opened, completions), *run_dates(opened.run, opened.now)]
    return tuple(_with_next(sorted(found, key=_order)))


def run_dates(run: CourseRunData, now: datetime) -> list[CourseDate]:
    """Return when a run starts and ends: what there is to tell before one may look into it."""
    facts = run.facts
    return [
        CourseDate(kind, at, _TITLES[kind], DateState.PAST if at <= now else DateState.COMING)
        for kind, at in ((DateKind.COURSE_START, facts.start), (DateKind.COURSE_END, facts.end))
        if at is not None
    ]


def _order(date: CourseDate) -> tuple[datetime, int]:
    rank = {DateKind.COURSE_START: 0, DateKind.DUE: 1, DateKind.COURSE_END: 2}
    return date.at, rank[date.kind]


def _due_dates(opened: OpenCourse, completions: Completions) -> Iterator[CourseDate]:
    for section in opened.plan.sections:
        for subsection in section.subsections:
            due = opened.due_of(subsection)
            if due is not None:
                yield _due(opened, subsection, due, completions)


def _due(
    opened: OpenCourse, subsection: SubsectionPlan, due: datetime, completions: Completions
) -> CourseDate:
    block = opened.outline.block(subsection.key)
    until = closes_at(opened.outline.facts, block, opened.viewer) or due
    if is_done(subsection, completions):
        state = DateState.DONE
    elif opened.now <= due:
        state = DateState.COMING
    else:
        state = DateState.GRACE if opened.now <= until else DateState.MISSED
    return CourseDate(
        kind=DateKind.DUE,
        at=due,
        title=subsection.title or _("Untitled"),
        state=state,
        block=subsection.key,
        unit=subsection.units[0].key if subsection.units else None,
        assignment_type=(subsection.format or "") if subsection.graded else "",
        closes_at=until if until > due else None,
        is_own=opened.session.own_due(subsection.key) is not None,
    )


def is_done(subsection: SubsectionPlan, completions: Completions) -> bool:
    """Tell whether all that a subsection asks for is done; one that asks for nothing never is."""
    if subsection.closed is not None:
        leaves = subsection.closed
        return bool(leaves) and all(completions.get(leaf, 0.0) >= 1.0 for leaf in leaves)
    units = [unit for unit in subsection.units if unit.leaves]
    return bool(units) and all(is_complete(unit, completions) for unit in units)


def _with_next(dates: list[CourseDate]) -> Iterator[CourseDate]:
    """Mark the first date to come that is a task."""
    is_found = False
    for date in dates:
        if not is_found and date.kind is DateKind.DUE and date.state is DateState.COMING:
            is_found = True
            yield replace(date, state=DateState.NEXT)
        else:
            yield date
