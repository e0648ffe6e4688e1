"""What somebody has to do in the courses that they take, the most urgent first."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from common.blocks.api import Progress, get_progress, pass_gates_everywhere
from common.core.keys import BlockKey, CourseKey
from common.courses.api import Action, check_access, due_at, get_outlines
from common.courses.data import CourseOutline, Viewer
from common.enrollments.data import LearnerContext
from lms.catalog.listing import CourseRow, Phase, describe_run
from lms.courseware.homepage import find_resume
from lms.courseware.plan import CoursePlan, SubsectionPlan, UnitPlan, plan_of

# What is due within it comes before what one happened to do last.
SOON: Final = timedelta(days=7)
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class MyCourse:
    """One course of the reader. ``resume`` is None where nothing can be read (yet).

    ``due`` is the next subsection with a date that is not done. ``why_closed`` says what stands
    in the way, "" when nothing does.
    """

    row: CourseRow
    resume: UnitPlan | None = None
    has_begun: bool = False
    done_count: int = 0
    unit_count: int = 0
    due: SubsectionPlan | None = None
    why_closed: str = ""
    last_at: datetime | None = None

    @property
    def course_key(self) -> CourseKey:
        return self.row.course_key

    @property
    def is_done(self) -> bool:
        return 0 < self.unit_count == self.done_count


@dataclass(frozen=True, slots=True)
class Dashboard:
    """``next`` is what to do first, None when all is done; ``ended`` stands apart."""

    next: MyCourse | None
    courses: tuple[MyCourse, ...]
    ended: tuple[MyCourse, ...]


def dashboard(contexts: Sequence[LearnerContext], now: datetime) -> Dashboard:
    """Return the page. One store call cold, whatever the number of courses.

    One statement, and one more where a course has gated parts.
    """
    learner_id = contexts[0].viewer.user_id or 0
    progress = get_progress(learner_id, [context.run.id for context in contexts])
    outlines = get_outlines(
        [context.heads.published for context in contexts if context.heads.published]
    )
    found = [
        (context, outlines[context.heads.published])
        for context in contexts
        if context.heads.published in outlines
    ]
    done = {run_id: what.completions for run_id, what in progress.items()}
    passed = pass_gates_everywhere(learner_id, found, done, now)
    courses = [
        _course(
            passed.get(context.run.id, context),
            outlines.get(context.heads.published or ""),
            progress.get(context.run.id, Progress()),
            now,
        )
        for context in contexts
    ]
    ended = tuple(course for course in courses if course.row.phase is Phase.ENDED)
    running = sorted(
        (course for course in courses if course.row.phase is not Phase.ENDED),
        key=lambda course: _urgency(course, now),
    )
    first = next((c for c in running if c.resume is not None and not c.is_done), None)
    return Dashboard(first, tuple(running), ended)


def _course(
    context: LearnerContext, outline: CourseOutline | None, progress: Progress, now: datetime
) -> MyCourse:
    row = describe_run(context.run, now)
    access = check_access(context.viewer, context.run, None, Action.OUTLINE, now)
    if not access.allowed or outline is None:
        return MyCourse(row, why_closed=str(access.message), last_at=progress.last_at)
    plan = plan_of(outline, context.viewer, now)
    done = plan.complete_units(progress.completions)
    last = progress.last_block
    begun_in = plan.unit_of(last)
    return MyCourse(
        row,
        resume=find_resume(plan, begun_in, progress.completions),
        has_begun=begun_in is not None,
        done_count=len(done),
        unit_count=plan.countable,
        due=_next_due(plan, done, outline, context.viewer, now),
        last_at=progress.last_at,
    )


def _next_due(
    plan: CoursePlan, done: Set[BlockKey], outline: CourseOutline, viewer: Viewer, now: datetime
) -> SubsectionPlan | None:
    """Return the next subsection to come that is not done, with the date that is the viewer's."""
    open_ones = [
        (due, subsection)
        for section in plan.sections
        for subsection in section.subsections
        if (due := due_at(outline.facts, outline.block(subsection.key), viewer)) is not None
        and due > now
        and any(unit.leaves and unit.key not in done for unit in subsection.units)
    ]
    if not open_ones:
        return None
    due, subsection = min(open_ones, key=lambda found: found[0])
    return replace(subsection, due=due)


def _urgency(course: MyCourse, now: datetime) -> tuple[int, float]:
    """Return what sorts courses: due soon, worked on, not begun, done, not open."""
    due = None if course.due is None else course.due.due
    if due is not None and due - now <= SOON:
        return (0, due.timestamp())
    if course.why_closed:
        return (4, course.row.start.timestamp())
    if course.is_done:
        return (3, 0.0)
    if course.has_begun:
        return (1, -(course.last_at or _NEVER).timestamp())
    return (2, 0.0)
