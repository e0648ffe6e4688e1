"""The progress page as data: what to say first, what the bars show, why each number is what it is.

Numbers come from ``common.grading`` and are not computed here again, so that all places agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.translation import get_language
from markupsafe import Markup

from common.blocks.api import get_attempts
from common.core.keys import BlockKey, CourseKey
from common.grading.api import (
    CourseGradeView,
    ProblemScore,
    SubsectionGrade,
    TypeGrade,
    WhyHidden,
)
from lms.courseware.opening import OpenCourse
from lms.courseware.plan import CoursePlan
from lms.courseware.tabs import Tab, course_tabs


@dataclass(frozen=True, slots=True)
class SubsectionRow:
    """One line of the table. ``unit`` is where to go, None when it has no page.

    ``hidden`` (empty: shown) says why no score is; ``problems`` says it of each, because a
    problem may hide what the others of its subsection show.
    """

    grade: SubsectionGrade
    unit: BlockKey | None
    hidden: WhyHidden
    problems: tuple[tuple[ProblemScore, WhyHidden], ...]

    @property
    def hides_some(self) -> bool:
        """Whether sums would tell what one of its problems hides."""
        return any(why for problem, why in self.problems)

    @property
    def has_points(self) -> bool:
        return self.grade.total.possible > 0

    @property
    def is_untouched(self) -> bool:
        """Whether all of it is shown and nothing answered: so it looks alike for everybody."""
        return not self.hidden and not any(
            why or problem.is_attempted for problem, why in self.problems
        )


@dataclass(frozen=True, slots=True)
class SectionRows:
    """A section of the table."""

    key: BlockKey
    title: str
    rows: tuple[SubsectionRow, ...]


@dataclass(frozen=True, slots=True)
class ProgressReport:
    """What a learner has in a course so far. ``attempts``: how often each block was handed in."""

    course_key: CourseKey
    course_title: str
    grade: CourseGradeView
    sections: tuple[SectionRows, ...]
    hidden_keys: frozenset[BlockKey]
    attempts: Mapping[BlockKey, int]
    is_staff: bool
    is_enrolled: bool
    tabs: tuple[Tab, ...]
    untouched: dict[tuple[BlockKey, ...], Markup] = field(default_factory=dict)

    def points_of(self, row: SubsectionRow, draw: Callable[[], str]) -> Markup:
        """Return the points of a line; where nothing is answered yet they are drawn once for all.

        Most lines of a large course are so, and drawing them was most of the page's time.
        """
        if not row.is_untouched:
            return Markup(draw())  # noqa: S704 # drawn by the template, which escapes
        drawn = (row.grade.key, *(problem.key for problem, _ in row.problems))
        found = self.untouched.get(drawn)
        if found is None:
            found = self.untouched[drawn] = Markup(draw())  # noqa: S704 # likewise
        return found

    def hides(self, entry: TypeGrade) -> bool:
        """Whether the figures of an assignment type would tell what a subsection hides.

        The course grade itself stays: learners have to know where they stand.
        """
        return any(mark.key in self.hidden_keys for mark in entry.marks)

    @property
    def is_graded(self) -> bool:
        """Whether anything in the course counts towards a grade."""
        return any(row.grade.counts for section in self.sections for row in section.rows)


def progress_report(opened: OpenCourse, grade: CourseGradeView) -> ProgressReport:
    """Return the page of one learner. One statement."""
    sections = tuple(_iter_sections(opened, grade))
    hidden = {row.grade.key for section in sections for row in section.rows if row.hides_some}
    return ProgressReport(
        course_key=opened.course_key,
        course_title=opened.run.display_name,
        grade=grade,
        sections=sections,
        hidden_keys=frozenset(hidden),
        attempts=get_attempts(opened.session.context),
        is_staff=opened.viewer.is_staff,
        is_enrolled=opened.viewer.is_enrolled,
        tabs=course_tabs(opened),
        untouched=opened.outline.remember(("untouched points", get_language()), dict),
    )


def _iter_sections(opened: OpenCourse, grade: CourseGradeView) -> Iterator[SectionRows]:
    rows: dict[BlockKey, list[SubsectionRow]] = {}
    titles: dict[BlockKey, str] = {}
    first_units = _first_units(opened.plan)
    for subsection in grade.subsections:
        titles[subsection.section] = subsection.section_name
        rows.setdefault(subsection.section, []).append(
            SubsectionRow(
                grade=subsection,
                unit=first_units.get(subsection.key),
                hidden=subsection.why_hidden(opened.now, is_staff=opened.viewer.is_staff),
                problems=_problems(subsection, opened),
            )
        )
    for key, found in rows.items():
        yield SectionRows(key=key, title=titles[key], rows=tuple(found))


def _problems(
    subsection: SubsectionGrade, opened: OpenCourse
) -> tuple[tuple[ProblemScore, WhyHidden], ...]:
    is_staff = opened.viewer.is_staff
    return tuple(
        (problem, subsection.why_problem_hidden(problem, opened.now, is_staff=is_staff))
        for problem in subsection.problems
    )


def _first_units(plan: CoursePlan) -> dict[BlockKey, BlockKey]:
    return {
        subsection.key: subsection.units[0].key
        for section in plan.sections
        for subsection in section.subsections
        if subsection.units
    }
