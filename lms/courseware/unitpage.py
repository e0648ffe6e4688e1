"""What the page of a unit shows: the unit itself, its section's outline, the way on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from markupsafe import Markup

from common.blocks.api import RenderedBlock, get_completions, render_block
from common.core.keys import BlockKey, CourseKey, usage_key
from common.core.page import form_token
from common.core.reader import outline_cookie
from lms.courseware.opening import OpenCourse
from lms.courseware.plan import SectionPlan, SubsectionPlan, UnitPlan, is_complete
from lms.courseware.tabs import tab_links


@dataclass(frozen=True, slots=True)
class UnitPage:
    """A unit in its section. ``complete`` holds the section's completed units."""

    course_key: CourseKey
    course_title: str
    language: str  # of the course, "" when its authors name none
    key: BlockKey
    title: str
    section: SectionPlan
    subsection: SubsectionPlan
    before: UnitPlan | None
    after: UnitPlan | None
    complete: frozenset[BlockKey]
    rendered: RenderedBlock
    is_staff: bool
    due_of: Callable[[SubsectionPlan], datetime | None]
    keeps_work: bool
    is_trial: bool  # answers are for trying out
    is_folded: bool  # the reader folded the outline away
    tab_links: Markup  # to the other pages of the course

    @property
    def done_percent(self) -> int:
        """Share of the section's units that are done, 0 to 100."""
        return _done_percent(self.section, self.complete)

    @property
    def script_data(self) -> dict[str, Any]:
        """What the page's script needs: which blocks to report as seen, and where the page is."""
        seen = [
            str(usage_key(self.course_key, block.key))
            for block in self.rendered.blocks
            if block.on_view
        ]
        return {
            "course": str(self.course_key),
            "unit": str(usage_key(self.course_key, self.key)),
            "subsection": str(usage_key(self.course_key, self.subsection.key)),
            "units": [str(usage_key(self.course_key, unit.key)) for unit in self.subsection.units],
            "seen": seen if self.keeps_work else [],
        }


def unit_page(request: HttpRequest, opened: OpenCourse, key: BlockKey) -> UnitPage:
    """Return the page of a unit that the plan has. Raises CourseAccessDeniedError."""
    section, subsection = opened.plan.place(key)
    before, after = opened.plan.neighbours(key)
    rendered = render_block(opened.session, key, context={"csrf_token": form_token(request)})
    return UnitPage(
        course_key=opened.course_key,
        course_title=opened.run.display_name,
        language=opened.run.facts.language,
        key=key,
        title=opened.outline.block(key).display_name,
        section=section,
        subsection=subsection,
        before=before,
        after=after,
        complete=_complete_units(opened, section),
        rendered=rendered,
        is_staff=opened.viewer.is_staff,
        due_of=opened.due_of,
        keeps_work=opened.session.keeps_work,
        is_trial=opened.session.trial is not None,
        is_folded=request.COOKIES.get(outline_cookie()) == "folded",
        tab_links=tab_links(opened),
    )


def unit_marks(opened: OpenCourse, key: BlockKey) -> dict[str, Any]:
    """Return which units of a unit's section are done (usage keys), and its share, 0 to 100."""
    section, _ = opened.plan.place(key)
    complete = _complete_units(opened, section)
    return {
        "complete": [str(usage_key(opened.course_key, unit)) for unit in sorted(complete)],
        "percent": _done_percent(section, complete),
    }


def _complete_units(opened: OpenCourse, section: SectionPlan) -> frozenset[BlockKey]:
    completions = get_completions(opened.session.context, section.leaves)
    return frozenset(unit.key for unit in section.units if is_complete(unit, completions))


def _done_percent(section: SectionPlan, complete: frozenset[BlockKey]) -> int:
    # Only what asks for something can be complete.
    countable = sum(1 for unit in section.units if unit.leaves)
    return round(100 * len(complete) / countable) if countable else 0
