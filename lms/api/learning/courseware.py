"""A course as somebody walks through it: ``/api/courseware/…``, ``/api/learning_sequences/…``."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from common.blocks.api import find_last_block, get_completions
from common.core.errors import NotFoundError
from common.core.keys import BlockKey, block_key, parse_course_key, parse_usage_key, usage_key
from common.enrollments.api import get_request_context
from lms.api.learning.base import (
    LearnerView,
    PublicView,
    open_own,
    require_known,
    time_zone_of,
)
from lms.api.learning.cards import (
    courseware_access,
    instant_text,
    media_of,
    page_url,
    site_url,
    start_of,
)
from lms.api.learning.info import enrollment_details
from lms.api.openapi import describe
from lms.api.shapes import home as shapes
from lms.courseware.homepage import find_resume
from lms.courseware.lockedpage import locked_page
from lms.courseware.opening import OpenCourse
from lms.courseware.plan import Completions, SectionPlan, SubsectionPlan, UnitPlan, is_complete


class Course(PublicView):
    """GET: a course, and what one is in it."""

    @describe(shapes.Course)
    def get(self, request: Request, course_id: str) -> Response:
        """Return the course. One statement beside those of ``get_request_context``."""
        now = timezone.now()
        context = get_request_context(request, parse_course_key(course_id))
        require_known(context, now)
        run, viewer, facts = context.run, context.viewer, context.run.facts
        details = enrollment_details(context)
        return Response({
            "id": str(run.course_key),
            "name": run.display_name,
            "number": run.number,
            "org": run.org,
            "short_description": run.short_description,
            **start_of(run),
            "end": instant_text(facts.end),
            "enrollment_start": instant_text(facts.enrollment_start),
            "enrollment_end": instant_text(facts.enrollment_end),
            "enrollment": {"mode": details["mode"], "is_active": details["is_active"]},
            "pacing": "self" if facts.self_paced else "instructor",
            "language": facts.language,
            "media": media_of(run),
            "marketing_url": page_url("lms:about", run.course_key),
            "course_access": courseware_access(run, viewer, context.moment(now)),
            "is_staff": viewer.is_staff,
            "username": request.user.get_username(),
            "access_expiration": None,
            "certificate_data": None,
            "content_type_gating_enabled": False,
            "notes": {"enabled": False, "visible": False},
            "show_calculator": False,
            "user_timezone": time_zone_of(request),
        })  # fmt: skip


class Sequence(PublicView):
    """GET: the units of a subsection."""

    @describe(shapes.Sequence)
    def get(self, request: Request, usage: str) -> Response:
        """Return the units. Two statements beside those of opening the course."""
        named = parse_usage_key(usage)
        opened, key = open_own(request, named.course_key, timezone.now()), block_key(named)
        place = _find_subsection(opened, key)
        if place is None:
            raise NotFoundError(f"no subsection {usage}")
        section, subsection = place
        completions = get_completions(opened.session.context)
        units = [unit.key for unit in subsection.units]
        last = find_last_block(opened.session.context)
        begun = opened.plan.unit_of(last)
        before, after = _neighbours(opened, key)
        return Response({
            "item_id": str(usage_key(opened.course_key, key)),
            "element_id": key.block_id,
            "tag": key.block_type,
            "display_name": subsection.title,
            "format": subsection.format or "",
            # From 1; before any page of it was worked on, the first.
            "position": units.index(begun) + 1 if begun in units else 1,
            "items": [
                _item(opened, unit, section, subsection, completions) for unit in subsection.units
            ],
            "gated_content": _gate(opened, subsection),
            "next_url": _sequence_url(opened, after),
            "prev_url": _sequence_url(opened, before),
            "is_time_limited": False,
            "is_proctored": False,
            "is_hidden_after_due": subsection.closed is not None,
            "banner_text": None,
            "save_position": opened.session.keeps_work,
            "show_completion": opened.viewer.is_enrolled,
            "exclude_units": True,
        })  # fmt: skip


class Resume(LearnerView):
    """GET: where to go on in a course."""

    @describe(shapes.Resume)
    def get(self, request: Request, course_id: str) -> Response:
        """Return ``block_id``, ``section_id`` (the subsection's) and ``unit_id``, or nulls."""
        opened = open_own(request, parse_course_key(course_id), timezone.now())
        completions = get_completions(opened.session.context)
        last = find_last_block(opened.session.context)
        begun = opened.plan.unit_of(last)
        unit = find_resume(opened.plan, begun, completions)
        if unit is None:
            return Response(dict.fromkeys(("block_id", "section_id", "unit_id")))
        _section, subsection = opened.plan.place(unit.key)
        keys = {"block_id": last or unit.key, "section_id": subsection.key, "unit_id": unit.key}
        return Response(
            {name: str(usage_key(opened.course_key, key)) for name, key in keys.items()}
        )


class SequenceOutline(PublicView):
    """GET: sections and subsections, by key."""

    @describe(shapes.SequenceOutline)
    def get(self, request: Request, course_id: str) -> Response:
        """Return the outline down to subsections. No statement beside opening the course."""
        opened = open_own(request, parse_course_key(course_id), timezone.now())
        facts, key = opened.run.facts, opened.course_key
        return Response({
            "course_key": str(key),
            "title": opened.run.display_name,
            "course_start": instant_text(facts.start),
            "course_end": instant_text(facts.end),
            "published_version": opened.outline.version,
            "self_paced": facts.self_paced,
            "days_early_for_beta": facts.days_early_for_beta,
            "entrance_exam_id": None,
            "username": opened.viewer.username,
            "user_id": opened.viewer.user_id,
            "at_time": instant_text(opened.now),
            "outline": {
                "sections": [_section_row(opened, section) for section in opened.plan.sections],
                "sequences": {
                    str(usage_key(key, part.key)): _sequence_row(opened, part)
                    for section in opened.plan.sections
                    for part in section.subsections
                },
            },
        })  # fmt: skip


def _find_subsection(
    opened: OpenCourse, key: BlockKey
) -> tuple[SectionPlan, SubsectionPlan] | None:
    return next(
        (
            (section, part)
            for section in opened.plan.sections
            for part in section.subsections
            if part.key == key
        ),
        None,
    )


def _neighbours(opened: OpenCourse, key: BlockKey) -> tuple[BlockKey | None, BlockKey | None]:
    keys = [part.key for section in opened.plan.sections for part in section.subsections]
    place = keys.index(key)
    before = keys[place - 1] if place else None
    return before, keys[place + 1] if place + 1 < len(keys) else None


def _sequence_url(opened: OpenCourse, key: BlockKey | None) -> str | None:
    if key is None:
        return None
    usage = usage_key(opened.course_key, key)
    return site_url(f"/courses/{opened.course_key}/jump_to/{usage}")


def _item(
    opened: OpenCourse,
    unit: UnitPlan,
    section: SectionPlan,
    subsection: SubsectionPlan,
    completions: Completions,
) -> dict[str, Any]:
    return {
        "id": str(usage_key(opened.course_key, unit.key)),
        "type": "problem" if unit.has_score else "other",
        "page_title": unit.title,
        "bookmarked": False,
        "complete": is_complete(unit, completions),
        "graded": subsection.graded,
        "path": " > ".join(title for title in (section.title, subsection.title) if title),
        "href": "",
        "contains_content_type_gated_content": False,
    }


def _gate(opened: OpenCourse, subsection: SubsectionPlan) -> dict[str, Any]:
    locked = None if subsection.opens_after is None else locked_page(opened, subsection.key)
    gated: dict[str, Any] = {
        "gated": subsection.opens_after is not None,
        "gated_section_name": subsection.title,
        "prereq_id": None,
        "prereq_section_name": None,
        "prereq_url": None,
    }
    before = opened.outline.gates.get(subsection.key) if gated["gated"] else None
    if before is not None:
        gated["prereq_id"] = str(usage_key(opened.course_key, before.before))
        gated["prereq_section_name"] = subsection.opens_after
        has_page = locked is None or locked.has_page
        gated["prereq_url"] = _sequence_url(opened, before.before) if has_page else None
    return gated


def _section_row(opened: OpenCourse, section: SectionPlan) -> dict[str, Any]:
    return {
        "id": str(usage_key(opened.course_key, section.key)),
        "title": section.title,
        "effective_start": instant_text(opened.outline.block(section.key).start),
        "sequence_ids": [
            str(usage_key(opened.course_key, part.key)) for part in section.subsections
        ],
    }


def _sequence_row(opened: OpenCourse, part: SubsectionPlan) -> dict[str, Any]:
    return {
        "id": str(usage_key(opened.course_key, part.key)),
        "title": part.title,
        "effective_start": instant_text(opened.outline.block(part.key).start),
        "accessible": part.opens_after is None and part.closed is None,
        "inaccessible_after_due": part.closed is not None,
    }
