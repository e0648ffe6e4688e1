"""Rows of an outline kept as HTML: an outline shows hundreds, which differ by a tick."""

from __future__ import annotations

from collections.abc import Callable, Collection

from django.utils.translation import get_language
from markupsafe import Markup

from common.core.keys import BlockKey, CourseKey
from lms.courseware.plan import SubsectionPlan, UnitPlan

# Pairs of run and language that a subsection keeps rows for: runs may share their content.
KEPT_PLACES = 8


def unit_rows(
    course_key: CourseKey,
    subsection: SubsectionPlan,
    complete: Collection[BlockKey],
    render: Callable[[UnitPlan, bool], str],
) -> Markup:
    """Return the rows of a subsection's units in the reader's language.

    ``render`` gives the HTML of a unit's row, as the template escaped it.
    """
    place = (str(course_key), get_language() or "")
    kept = subsection.rows.get(place)
    if kept is None:
        kept = tuple([(render(unit, False), render(unit, True)) for unit in subsection.units])
        if len(subsection.rows) >= KEPT_PLACES:
            subsection.rows.clear()
        subsection.rows[place] = kept
    pairs = zip(subsection.units, kept, strict=True)
    return Markup("").join(
        # Text that a template made is escaped where it has to be.
        [Markup(done if unit.key in complete else to_do) for unit, (to_do, done) in pairs]  # noqa: S704
    )
