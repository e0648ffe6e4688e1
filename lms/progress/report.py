"""The progress page as data: what to say first, what the bars show, why each number is what it is.

Numbers come from ``common.grading`` and are not computed here again, so that all places agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from common.core.keys import BlockKey, CourseKey
from common.courses.data import ShowCorrectness
from common.grading.api import CourseGradeView, SubsectionGrade
from lms.courseware.opening import OpenCourse
from lms.courseware.plan import CoursePlan


@dataclass(frozen=True, slots=True)
class SubsectionRow:
    """One line of the table. ``unit`` is where to go, None when it has no page.

    ``hidden`` (empty: shown) says why scores are not: ``until_due`` or ``always``.
    """

    grade: SubsectionGrade
    unit: BlockKey | None
    hidden: str

    @property
    def has_points(self) -> bool:
        return self.grade.total.possible > 0


@dataclass(frozen=True, slots=True)
class SectionRows:
    """A section of the table."""

    key: BlockKey
    title: str
    rows: tuple[SubsectionRow, ...]


@dataclass(frozen=True, slots=True)
class ProgressReport:
    """What a learner has in a course so far."""

    course_key: CourseKey
    course_title: str
    grade: CourseGradeView
    sections: tuple[SectionRows, ...]
    hidden_keys: frozenset[BlockKey]
    is_staff: bool
    is_enrolled: bool

    @property
    def is_graded(self) -> bool:
        """Whether anything in the course counts towards a grade."""
        return any(row.grade.counts for section in self.sections for row in section.rows)


def progress_report(opened: OpenCourse, grade: CourseGradeView) -> ProgressReport:
    """Return the page of one learner. No statement."""
    sections = tuple(_iter_sections(opened, grade))
    hidden = {row.grade.key for section in sections for row in section.rows if row.hidden}
    return ProgressReport(
        course_key=opened.course_key,
        course_title=opened.run.display_name,
        grade=grade,
        sections=sections,
        hidden_keys=frozenset(hidden),
        is_staff=opened.viewer.is_staff,
        is_enrolled=opened.viewer.is_enrolled,
    )


def why_hidden(grade: SubsectionGrade, *, is_staff: bool, now: datetime) -> str:
    """Return why a subsection's scores are hidden from this person: "", until_due or always."""
    match grade.show_correctness:
        case ShowCorrectness.NEVER | ShowCorrectness.NEVER_BUT_INCLUDE_GRADE if not is_staff:
            return "always"
        case ShowCorrectness.PAST_DUE if not is_staff:
            return "until_due" if grade.closes_at is not None and now < grade.closes_at else ""
        case _:
            return ""


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
                hidden=why_hidden(subsection, is_staff=opened.viewer.is_staff, now=opened.now),
            )
        )
    for key, found in rows.items():
        yield SectionRows(key=key, title=titles[key], rows=tuple(found))


def _first_units(plan: CoursePlan) -> dict[BlockKey, BlockKey]:
    return {
        subsection.key: subsection.units[0].key
        for section in plan.sections
        for subsection in section.subsections
        if subsection.units
    }
