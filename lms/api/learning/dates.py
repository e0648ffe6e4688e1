"""The dates of a course that concern one person, and moving one's own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from common.core.errors import InvalidInputError
from common.core.keys import parse_course_key, usage_key
from common.courses.api import Reason
from common.courses.data import CourseRunData
from common.courses.errors import CourseAccessDeniedError
from common.enrollments.api import get_request_context
from lms.api.learning.base import LearnerView, body_of, flag_of, open_own, time_zone_of
from lms.api.learning.cards import instant_text, page_url, site_url
from lms.api.openapi import FORM, JSON, describe
from lms.api.shapes import dates as shapes
from lms.courseware.opening import OpenCourse
from lms.courseware.pacing import Deadlines, deadlines, shift_dates
from lms.courseware.plan import Completions
from lms.courseware.timeline import CourseDate, DateKind, DateState, list_dates, run_dates


class Dates(LearnerView):
    """GET: what is due when."""

    @describe(shapes.Dates, query=[OpenApiParameter("allow_not_started_courses", bool)])
    def get(self, request: Request, course_id: str) -> Response:
        """Return the dates in order. Two statements beside those of opening the course."""
        course_key, now = parse_course_key(course_id), timezone.now()
        try:
            opened = open_own(request, course_key, now)
        except CourseAccessDeniedError as error:
            is_early = error.code == Reason.COURSE_NOT_STARTED
            if not is_early or not flag_of(request, "allow_not_started_courses"):
                raise
            run = get_request_context(request, course_key).run
            return Response(_before_start(run, now, time_zone_of(request)))
        found = list_dates(opened)
        return Response(
            {
                "course_date_blocks": [describe_date(opened, date) for date in found],
                "dates_banner_info": banner(deadlines(opened, found)),
                "has_ended": has_ended(opened.run, opened.now),
                "learner_is_full_access": True,
                "user_timezone": time_zone_of(request),
            }
        )


class DeadlinesInfo(LearnerView):
    """GET: whether dates were missed that one may move."""

    @describe(shapes.DeadlinesInfo)
    def get(self, request: Request, course_id: str) -> Response:
        """Return ``{dates_banner_info, has_ended}``."""
        opened = open_own(request, parse_course_key(course_id), timezone.now())
        found = deadlines(opened, list_dates(opened))
        return Response(
            {"dates_banner_info": banner(found), "has_ended": has_ended(opened.run, opened.now)}
        )


class ResetDeadlines(LearnerView):
    """POST ``{course_key}``: have one's own due dates count from today."""

    @describe(shapes.DatesMoved, sent=shapes.CourseKey, sent_as=(JSON, FORM))
    def post(self, request: Request) -> Response:
        """Return what to tell the person; nothing is moved that was not missed."""
        text = body_of(request).get("course_key")
        if not isinstance(text, str) or not text:
            raise InvalidInputError("course_key is missing")
        opened = open_own(request, parse_course_key(text), timezone.now())
        if shift_dates(opened):
            header = _("Your dates are moved: they count from today.")
        else:
            header = _("Your dates are as they were: none of them can be moved now.")
        return Response(
            {
                "body": "",
                "header": header,
                "link": page_url("lms:dates", opened.course_key),
                "link_text": _("Dates"),
                "message": header,
            }
        )


def describe_date(opened: OpenCourse, date: CourseDate) -> dict[str, Any]:
    """Return a date as apps decode it; texts are never null."""
    key = opened.course_key
    unit = "" if date.unit is None else str(usage_key(key, date.unit))
    is_task = date.kind is DateKind.DUE
    block = "" if date.block is None else str(usage_key(key, date.block))
    return {
        **_bare(date),
        "first_component_block_id": unit,
        "link": site_url(f"/courses/{key}/jump_to/{block}") if unit else "",
        "link_text": "",
        "assignment_type": date.assignment_type or None,
        "complete": date.state is DateState.DONE if is_task else None,
        # A part that is locked is seen, but has no page yet.
        "learner_has_access": bool(unit) or not is_task,
    }


def _bare(date: CourseDate) -> dict[str, Any]:
    return {
        "date": instant_text(date.at),
        "date_type": date.kind.value,
        "description": "",
        "title": str(date.title),
        "extra_info": None,
    }


def _before_start(run: CourseRunData, now: datetime, zone: str | None) -> dict[str, Any]:
    """Return what is told of a course that one waits for: when it begins and ends."""
    nothing = {"first_component_block_id": "", "link": "", "link_text": ""}
    state = {"assignment_type": None, "complete": None, "learner_has_access": True}
    return {
        "course_date_blocks": [{**_bare(date), **nothing, **state} for date in run_dates(run, now)],
        "dates_banner_info": banner(Deadlines(0, can_shift=False)),
        "has_ended": has_ended(run, now),
        "learner_is_full_access": True,
        "user_timezone": zone,
    }


def banner(found: Deadlines) -> dict[str, Any]:
    """Return what apps show above dates: whether some were missed that can be moved."""
    return {
        "missed_deadlines": found.can_shift,
        "missed_gated_content": False,
        "content_type_gating_enabled": False,
        "verified_upgrade_link": None,
    }


def dates_banner(opened: OpenCourse, completions: Completions) -> dict[str, Any]:
    """Return the same where the completions are at hand. No statement."""
    return banner(deadlines(opened, list_dates(opened, completions)))


def has_ended(run: CourseRunData, now: datetime) -> bool:
    """Tell whether the end of a run is past."""
    return run.facts.end is not None and run.facts.end <= now
