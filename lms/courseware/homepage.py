"""What the first page of a course shows: where to go on, the outline, news and what is due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from common.blocks.api import find_last_block, get_completions
from common.core.keys import CourseKey
from lms.courseware.opening import OpenCourse
from lms.courseware.pacing import Deadlines, deadlines
from lms.courseware.plan import Completions, CoursePlan, SubsectionPlan, UnitPlan, is_complete
from lms.courseware.tabs import Tab, course_tabs
from lms.courseware.timeline import CourseDate, DateState, list_dates
from lms.courseware.updates import CourseInfo, course_info


@dataclass(frozen=True, slots=True)
class HomePage:
    """An outline with what one person completed of it.

    ``resume`` is where to go on: where they worked last, or behind it when that is done.
    """

    course_key: CourseKey
    course_title: str
    plan: CoursePlan
    complete: frozenset[object]
    resume: UnitPlan | None
    has_begun: bool
    is_enrolled: bool
    is_staff: bool
    due_of: Callable[[SubsectionPlan], datetime | None]
    tabs: tuple[Tab, ...]
    info: CourseInfo
    next_date: CourseDate | None  # what is due next
    deadlines: Deadlines

    @property
    def done_count(self) -> int:
        return sum(1 for unit in self.plan.units if unit.key in self.complete)

    @property
    def unit_count(self) -> int:
        return self.plan.countable


def home_page(opened: OpenCourse) -> HomePage:
    """Return the page. Two statements beside those of opening the course."""
    context = opened.session.context
    completions = get_completions(context)
    last = find_last_block(context)
    dates = list_dates(opened, completions)
    begun_in = opened.plan.unit_of(last)
    return HomePage(
        course_key=opened.course_key,
        course_title=opened.run.display_name,
        plan=opened.plan,
        complete=frozenset(opened.plan.complete_units(completions)),
        resume=find_resume(opened.plan, begun_in, completions),
        has_begun=begun_in is not None,
        is_enrolled=opened.viewer.is_enrolled,
        is_staff=opened.viewer.is_staff,
        due_of=opened.due_of,
        tabs=course_tabs(opened),
        info=course_info(opened),
        deadlines=deadlines(opened, dates),
        next_date=next((date for date in dates if date.state is DateState.NEXT), None),
    )


def find_resume(plan: CoursePlan, begun_in: object, completions: Completions) -> UnitPlan | None:
    """Return where to go on: the unit that somebody worked in last, or behind it when it is done.

    ``begun_in`` is the key of that unit, None before any. None for a course without units.
    """
    units = plan.units
    start = next((i for i, unit in enumerate(units) if unit.key == begun_in), 0)
    open_units = (
        unit for unit in (*units[start:], *units[:start]) if not is_complete(unit, completions)
    )
    return next(open_units, units[start] if units else None)
