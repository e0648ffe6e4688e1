"""A block alone, without the course around it: what apps show in a frame of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from common.blocks.api import RenderedBlock, render_block
from common.content.data import CONTAINER_TYPES
from common.core.errors import NotFoundError
from common.core.keys import BlockKey, CourseKey, usage_key
from common.core.page import form_token
from lms.courseware.opening import OpenCourse


@dataclass(frozen=True, slots=True)
class BlockPage:
    """A unit, or a block of one. ``language`` of the course, "" when its authors name none."""

    course_key: CourseKey
    language: str
    key: BlockKey
    title: str
    rendered: RenderedBlock
    script_data: dict[str, Any]


def block_page(request: HttpRequest, opened: OpenCourse, key: BlockKey) -> BlockPage:
    """Return the page. Raises CourseAccessDeniedError, NotFoundError for what is on no unit."""
    unit = _unit_around(opened, key)
    if unit is None:
        raise NotFoundError(f"{key} is on no unit that this person sees")
    rendered = render_block(opened.session, key, context={"csrf_token": form_token(request)})
    _section, subsection = opened.plan.place(unit)
    seen = [block.key for block in rendered.blocks if block.on_view]

    def usage(block: BlockKey) -> str:
        return str(usage_key(opened.course_key, block))

    return BlockPage(
        course_key=opened.course_key,
        language=opened.run.facts.language,
        key=key,
        title=opened.outline.block(key).display_name,
        rendered=rendered,
        script_data={
            "course": str(opened.course_key),
            "unit": usage(unit),
            "subsection": usage(subsection.key),
            "units": [usage(part.key) for part in subsection.units],
            "seen": [usage(block) for block in seen] if opened.session.keeps_work else [],
        },
    )


def _unit_around(opened: OpenCourse, key: BlockKey) -> BlockKey | None:
    """Return the unit that a block is or is in; None for what is in none that is seen."""
    if key not in opened.outline.blocks or key.block_type in CONTAINER_TYPES:
        return None
    around = (key, *(block.key for block in opened.outline.iter_ancestors(key)))
    return next((part for part in around if opened.plan.has(part)), None)
