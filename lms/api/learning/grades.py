"""The grade of one person in a course: ``/api/grades/v1/`` (reference: apis, section 2)."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from common.core.errors import InvalidInputError, NotFoundError
from common.core.keys import parse_course_key
from common.grading.api import get_grade_summary
from lms.api.learning.base import LearnerView, find_person, open_named
from lms.api.openapi import describe
from lms.api.shapes.progress import LearnerGrade


class CourseGrades(LearnerView):
    """GET: the grade of one person in a course: one's own, and of others for its staff."""

    scopes = ("grades:read",)

    @describe(
        list[LearnerGrade],
        query=[OpenApiParameter("username", required=True, description="whose")],
        refused=(400,),
    )
    def get(self, request: Request, course_id: str) -> Response:
        """Return an array of one. Two statements at most beside those of opening the course."""
        username = request.query_params.get("username", "").strip()
        if not username:
            raise InvalidInputError("username is missing")
        opened = open_named(request, parse_course_key(course_id), timezone.now(), username)
        if not opened.viewer.is_enrolled or opened.viewer.user_id is None:
            raise NotFoundError(f"{username[:100]} does not take {opened.course_key}")
        is_own = opened.viewer.user_id == request.user.pk
        person: Any = request.user if is_own else find_person(username)
        grade = get_grade_summary(
            opened.run, opened.viewer.user_id, opened.outline, opened.viewer, opened.now
        )
        entry: LearnerGrade = {
            "username": person.get_username(),
            "email": person.email,
            "course_id": str(opened.course_key),
            "passed": grade.is_passing,
            "percent": grade.percent,
            "letter_grade": grade.letter or None,
        }
        return Response([entry])
