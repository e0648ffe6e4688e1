"""Rows of an outline kept as HTML: an outline shows hundreds, which differ by a tick."""

from __future__ import annotations

from collections.abc import Callable, Collection

from django.utils.translation import get_language
from markupsafe import Markup

from common.core.keys import BlockKey, CourseKey
from lms.courseware.plan import SubsectionPlan, UnitPlan

# Pairs of run and language that a subsection keeps rows for: runs may share their content.
KEPT_PLACES = 8
# Titles are escaped, so the first is the link's.
_LINK_END = " data-row>"


def unit_rows(
    course_key: CourseKey,
    subsection: SubsectionPlan,
    complete: Collection[BlockKey],
    render: Callable[[UnitPlan, bool], str],
    current: BlockKey | None = None,
) -> Markup:
    """Return the rows of a subsection's units in the reader's language.

    ``render`` gives the HTML of a unit's row, as the template escaped it, with the attribute
    ``data-row`` last in its link; the row of the ``current`` unit tells there that it is open.
    """
    where = (str(course_key), get_language() or "")
    kept = subsection.rows.get(where)
    if kept is None:
        kept = tuple([(render(unit, False), render(unit, True)) for unit in subsection.units])
        if len(subsection.rows) >= KEPT_PLACES:
            subsection.rows.clear()
        subsection.rows[where] = kept
    rows = [
        done if unit.key in complete else to_do
        for unit, (to_do, done) in zip(subsection.units, kept, strict=True)
    ]
    if current is not None:
        for place, unit in enumerate(subsection.units):
            if unit.key == current:
                rows[place] = rows[place].replace(_LINK_END, f' aria-current="page"{_LINK_END}', 1)
    # Text that a template made is escaped where it has to be.
    return Markup("".join(rows))  # noqa: S704
