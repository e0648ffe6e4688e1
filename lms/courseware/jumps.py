"""From any block of a course to the page that shows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from common.core.errors import NotFoundError
from common.core.keys import BlockKey
from common.courses.data import CourseOutline
from lms.courseware.plan import CoursePlan


def find_unit(outline: CourseOutline, plan: CoursePlan, key: BlockKey) -> BlockKey:
    """Return the unit that shows a block: itself, the unit around it, or the first one below it.

    Raises NotFoundError for a block that this audience sees nowhere.
    """
    if plan.has(key):
        return key
    if key not in outline.blocks:
        raise NotFoundError(f"no block {key}")
    for ancestor in outline.iter_ancestors(key):
        if plan.has(ancestor.key):
            return ancestor.key
    below = plan.first_unit_in(key)
    if key == outline.course and plan.units:
        below = plan.units[0]
    if below is None:
        raise NotFoundError(f"{key} is on no page that this person sees")
    return below.key


def find_by_name(
    outline: CourseOutline, plan: CoursePlan, name: str, *, is_told: Callable[[BlockKey], bool]
) -> BlockKey:
    """Return the block of a url_name; where several types share it, the first that is visible.

    ``is_told``: whether one that is not is known by its title. Raises NotFoundError.
    """
    named = outline.remember("keys by name", lambda: _keys_by_name(outline)).get(name, ())
    for key in named:
        try:
            find_unit(outline, plan, key)
        except NotFoundError:
            if not is_told(key):
                continue
        return key
    raise NotFoundError(f"no block named {name!r}")


def _keys_by_name(outline: CourseOutline) -> Mapping[str, tuple[BlockKey, ...]]:
    found: dict[str, tuple[BlockKey, ...]] = {}
    for key in outline.blocks:
        found[key.block_id] = (*found.get(key.block_id, ()), key)
    return found
