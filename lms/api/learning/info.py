"""What an app asks about one course beside its blocks: ``/api/mobile/…/course_info/ID/…``."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from common.core.keys import parse_course_key
from common.courses.api import Reason
from common.enrollments.api import check_enroll, get_request_context
from common.enrollments.data import LearnerContext
from lms.api.learning.base import LearnerView, open_own, require_known
from lms.api.learning.cards import course_card, courseware_access, instant_text, page_url
from lms.api.openapi import describe
from lms.api.shapes import courses as shapes
from lms.courseware.updates import course_info


class Updates(LearnerView):
    """GET: the news of a course, newest first."""

    @describe(list[shapes.Update])
    def get(self, request: Request, course_id: str) -> Response:
        """Return ``[{id, date, content, status}]``."""
        opened = open_own(request, parse_course_key(course_id), timezone.now())
        return Response(
            [
                {"id": item.id, "date": item.date, "content": item.html, "status": "visible"}
                for item in course_info(opened).updates
            ]
        )


class Handouts(LearnerView):
    """GET: what is handed out beside a course."""

    @describe(shapes.Handouts)
    def get(self, request: Request, course_id: str) -> Response:
        """Return ``{handouts_html}``, null where there are none."""
        opened = open_own(request, parse_course_key(course_id), timezone.now())
        return Response({"handouts_html": course_info(opened).handouts or None})


class EnrollmentDetails(LearnerView):
    """GET: whether one takes a course, and may go in; also of courses that one does not take."""

    @describe(shapes.EnrollmentDetails)
    def get(self, request: Request, course_id: str) -> Response:
        """Return access, enrollment and the course in brief. At most seven statements."""
        now = timezone.now()
        context = get_request_context(request, parse_course_key(course_id))
        require_known(context, now)
        return Response({
            "id": str(context.course_key),
            "discussion_url": None,
            "course_access_details": _access(context, now),
            "certificate": {},
            "enrollment_details": enrollment_details(context),
            "course_info_overview": {
                **course_card(context.run, context.viewer, now),
                "course_about": page_url("lms:about", context.course_key),
                "course_modes": [],
            },
        })  # fmt: skip


def enrollment_details(context: LearnerContext) -> dict[str, Any]:
    """Return what an app knows of an enrollment; all null where there is none."""
    found = context.enrollment
    return {
        "created": None if found is None else instant_text(found.created_at),
        "mode": None if found is None else found.mode,
        "is_active": context.viewer.is_enrolled,
        "upgrade_deadline": None,
    }


def _access(context: LearnerContext, now: datetime) -> dict[str, Any]:
    access = courseware_access(context.run, context.viewer, now)
    missing = False
    if not context.viewer.is_enrolled and context.run.facts.prerequisites:
        answer = check_enroll(context.run, context.heads, context.viewer, now)
        missing = answer.reason is Reason.PREREQUISITES_MISSING
    return {
        "has_unmet_prerequisites": missing,
        "is_too_early": access["error_code"] == "course_not_started",
        "is_staff": context.viewer.is_staff,
        "audit_access_expires": None,
        "courseware_access": access,
    }
