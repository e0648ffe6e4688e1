"""The first page of a course as data: ``/api/course_home/…`` (reference: apis, section 2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from common.content import api as content
from common.core.keys import BlockKey, parse_course_key, usage_key
from common.courses.api import Action, check_access
from common.enrollments.api import check_enroll, get_request_context
from common.enrollments.data import LearnerContext
from common.grading.api import get_grade_summary
from lms.api.learning.base import PublicView, open_own, require_known, time_zone_of
from lms.api.learning.cards import (
    courseware_access,
    instant_text,
    page_url,
    site_url,
    start_of,
)
from lms.api.learning.dates import banner, describe_date, has_ended
from lms.api.openapi import describe
from lms.api.shapes import home as shapes
from lms.courseware.homepage import HomePage, home_page
from lms.courseware.links import unit_url
from lms.courseware.opening import OpenCourse
from lms.courseware.plan import SubsectionPlan
from lms.courseware.tabs import Tab, list_tabs

_TAB_IDS = {"home": "outline", "link": "external_link"}


class Outline(PublicView):
    """GET: the outline with what is done, where to go on, dates and handouts."""

    @describe(shapes.HomeOutline)
    def get(self, request: Request, course_id: str) -> Response:
        """Return the page; of a course that is shut to one, only the way in."""
        now, course_key = timezone.now(), parse_course_key(course_id)
        context = get_request_context(request, course_key)
        require_known(context, now)
        at = context.moment(now)
        if not check_access(context.viewer, context.run, None, Action.OUTLINE, at).allowed:
            return Response(_closed(context, at, time_zone_of(request)))
        opened = open_own(request, course_key, now)
        page = home_page(opened)
        return Response(_outline(opened, page, context, time_zone_of(request)))


class Metadata(PublicView):
    """GET: who one is in a course, and its tabs."""

    @describe(shapes.CourseMetadata)
    def get(self, request: Request, course_id: str) -> Response:
        """Return the header of the course's pages. Six statements at most."""
        now = timezone.now()
        context = get_request_context(request, parse_course_key(course_id))
        require_known(context, now)
        at = context.moment(now)
        run, viewer = context.run, context.viewer
        access = courseware_access(run, viewer, at)
        return Response({
            "course_id": str(run.course_key),
            "title": run.display_name,
            "org": run.org,
            "number": run.number,
            **start_of(run),
            "username": request.user.get_username(),
            "is_enrolled": viewer.is_enrolled,
            "is_staff": viewer.is_staff,
            "original_user_is_staff": viewer.is_staff or context.view_as is not None,
            "is_self_paced": run.facts.self_paced,
            "language": run.facts.language,
            "course_access": {**access, "additional_context_user_message": None},
            "can_load_courseware": access["has_access"],
            "can_view_certificate": False,
            "tabs": list(_tabs(context)),
            "course_modes": [],
            "verified_mode": None,
            "celebrations": None,
            "studio_url": "",
            "user_timezone": time_zone_of(request),
        })  # fmt: skip


def _tabs(context: LearnerContext) -> Iterator[dict[str, str]]:
    root = content.load_version(context.heads.published or context.heads.draft).root
    tabs = list_tabs(
        root.course.settings, root.pages, course_key=context.course_key, viewer=context.viewer
    )
    for place, tab in enumerate(tabs):
        yield {"tab_id": _tab_id(tab, place), "title": str(tab.title), "url": site_url(tab.address)}


def _tab_id(tab: Tab, place: int) -> str:
    if tab.name == "link":
        return f"external_link_{place}"
    return _TAB_IDS.get(tab.name, tab.name.replace("page:", "static_tab_"))


def _closed(context: LearnerContext, now: datetime, zone: str | None) -> dict[str, Any]:
    """Return what somebody is told who may not look into the course (yet)."""
    nothing: dict[str, Any] = {
        "course_date_blocks": [],
        "dates_tab_link": "",
        "user_timezone": zone,
    }
    return {
        **_common(context, now),
        "course_blocks": None,
        "dates_banner_info": None,
        "dates_widget": nothing,
        "handouts_html": None,
        "resume_course": {"has_visited_course": False, "url": None},
    }


def _outline(
    opened: OpenCourse, page: HomePage, context: LearnerContext, zone: str | None
) -> dict[str, Any]:
    resume = None
    if page.resume is not None:
        resume = site_url(unit_url(opened.course_key, page.resume.key))
    return {
        **_common(context, opened.now),
        "user_has_passing_grade": _is_passing(opened),
        "course_blocks": {"blocks": _blocks(opened, page)},
        "dates_banner_info": banner(page.deadlines),
        "dates_widget": {
            "course_date_blocks": [
                describe_date(opened, date) for date in (page.next_date,) if date is not None
            ],
            "dates_tab_link": page_url("lms:dates", opened.course_key),
            "user_timezone": zone,
        },
        "handouts_html": page.info.handouts or None,
        "resume_course": {"has_visited_course": page.has_begun, "url": resume},
    }


def _is_passing(opened: OpenCourse) -> bool:
    """Tell whether somebody who takes the course passes it by now. Two statements at most."""
    viewer = opened.viewer
    if not viewer.is_enrolled or not viewer.user_id:
        return False
    grade = get_grade_summary(opened.run, viewer.user_id, opened.outline, viewer, opened.now)
    return grade.is_passing


def _common(context: LearnerContext, now: datetime) -> dict[str, Any]:
    enroll = check_enroll(context.run, context.heads, context.viewer, now)
    can_enroll = enroll.allowed and not context.viewer.is_enrolled
    return {
        "access_expiration": None,
        "cert_data": {},
        "course_goals": {"selected_goal": None, "weekly_learning_goal_enabled": False},
        "course_tools": [],
        "enable_proctored_exams": False,
        "enroll_alert": {
            "can_enroll": can_enroll,
            "extra_text": None if enroll.allowed else str(enroll.message),
        },
        "enrollment_mode": context.viewer.mode,
        "has_ended": has_ended(context.run, now),
        "has_scheduled_content": False,
        "offer": None,
        "user_has_passing_grade": False,
        "welcome_message_html": None,
    }


def _blocks(opened: OpenCourse, page: HomePage) -> dict[str, dict[str, Any]]:
    """Return course, sections, subsections and units as the outline shows them."""
    found: dict[str, dict[str, Any]] = {}

    def add(key: BlockKey, title: str, children: list[BlockKey], *, done: bool) -> dict[str, Any]:
        usage = str(usage_key(opened.course_key, key))
        row = found[usage] = {
            "id": usage,
            "type": key.block_type,
            "display_name": title,
            "children": [str(usage_key(opened.course_key, child)) for child in children],
            "complete": done,
            "lms_web_url": site_url(f"/courses/{opened.course_key}/jump_to/{usage}"),
            "resume_block": page.resume is not None and page.resume.key == key,
            "has_scheduled_content": False,
            "hide_from_toc": False,
        }
        return row

    plan, complete = page.plan, page.complete
    countable = [unit for unit in plan.units if unit.leaves]
    all_done = bool(countable) and all(unit.key in complete for unit in countable)
    sections = [section.key for section in plan.sections]
    add(opened.outline.course, page.course_title, sections, done=all_done)
    for section in plan.sections:
        units = [unit for unit in section.units if unit.leaves]
        done = bool(units) and all(unit.key in complete for unit in units)
        add(section.key, section.title, [part.key for part in section.subsections], done=done)
        for part in section.subsections:
            _add_subsection(page, part, add)
    return found


def _add_subsection(page: HomePage, part: SubsectionPlan, add: Any) -> None:
    units = [unit for unit in part.units if unit.leaves]
    done = bool(units) and all(unit.key in page.complete for unit in units)
    row = add(part.key, part.title, [unit.key for unit in part.units], done=done)
    row |= {
        "due": instant_text(page.due_of(part)),
        "description": part.format or "",
        "icon": None,
        "graded": part.graded,
        "num_graded_problems": sum(1 for unit in part.units if unit.has_score),
        "is_locked": part.opens_after is not None,
        "is_closed": part.closed is not None,
    }
    for unit in part.units:
        add(unit.key, unit.title, [], done=unit.key in page.complete)
