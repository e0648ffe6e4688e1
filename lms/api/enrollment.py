"""Who takes which course: ``/api/enrollment/v1/`` and free baskets (reference: apis, section 2).

Rules of joining are those of ``common.enrollments``; staff of the site enroll others, and alone
choose modes and deactivate. Errors: ``{"message"}``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.accounts.api import get_roles_everywhere, has_staff_access, is_global_staff
from common.core.errors import NotFoundError
from common.core.keys import CourseKey, parse_course_key
from common.core.visitors import user_id
from common.courses.api import Action, check_access, get_run
from common.courses.data import CourseRunData
from common.courses.errors import CourseAccessDeniedError
from common.enrollments.api import (
    DEFAULT_MODE,
    EnrollmentData,
    enroll,
    find_enrollment,
    get_learner_context,
    list_enrollments_of,
    unenroll,
)
from lms.api.openapi import FORM, JSON, describe
from lms.api.permissions import HasScope
from lms.api.shapes import enrollments as shapes
from lms.api.shapes.errors import Detail, MessageError

# Modes that a course is taken in here; others come with certificates and purchases.
FREE_MODES: Final = (DEFAULT_MODE,)
KNOWN_MODES: Final = (DEFAULT_MODE, "honor", "verified", "professional", "no-id-professional")


class EnrollmentView(APIView):
    """What the calls of this family share."""

    error_shape = "message"
    scopes = ("enrollments:read",)
    throttle_scope = "enrollment"
    throttle_rate = "40/min"
    throttle_staff_rate = "120/min"


class Enrollments(EnrollmentView):
    """GET: the courses that one takes, two statements for any number. POST: join one."""

    @describe(
        list[shapes.Enrollment],
        query=[OpenApiParameter("user", description="another's, for staff of the site")],
        error=MessageError,
        refused=(429,),
    )
    def get(self, request: Request) -> Response:
        """Return an array; of others (``user``) for staff of the site, 404 for everybody else."""
        person = find_for(request, request.query_params.get("user", ""))
        name = person.get_username()
        taken = list_enrollments_of(int(person.pk))
        return Response([item_of(entry.enrollment, entry.run, name) for entry in taken])

    @describe(shapes.Enrollment, sent=shapes.EnrollmentWish, error=MessageError, refused=(406, 429))
    def post(self, request: Request) -> Response:
        """Enroll oneself, or as staff anybody; only staff change a mode or deactivate."""
        sent = request.data if isinstance(request.data, Mapping) else {}
        staff = is_global_staff(request.user)
        course = sent.get("course_details")
        text = course.get("course_id") if isinstance(course, Mapping) else None
        if not isinstance(text, str) or not text:
            return refused(400, "Course ID must be specified to create a new enrollment.")
        name = sent.get("user") or request.user.get_username()
        if name != request.user.get_username() and not staff:
            return refused(404, "There is nobody of this name.")
        wish = _Wish(sent)
        if wish.trouble:
            return refused(400, wish.trouble)
        try:
            key = parse_course_key(text)
            run = get_run(key)
        except NotFoundError:
            return refused(400, f"No course '{text[:200]}' found for enrollment.")
        person = _person(name)
        if person is None:
            return refused(406, f"The user {str(name)[:100]} does not exist.")
        if not staff and (wish.mode not in (None, *FREE_MODES) or wish.is_active is False):
            return refused(403, "Only staff choose this mode, or end an enrollment, here.")
        return _change(key, run, person, wish, staff=staff)


class EnrollmentOf(EnrollmentView):
    """GET /enrollment/{user},{course} or /{course}: one enrollment; none: an empty 200."""

    @describe(shapes.Enrollment | None, error=MessageError, refused=(429,))
    def get(self, request: Request, course_id: str, username: str = "") -> Response:
        key = parse_course_key(course_id)
        person = find_for(request, username, key)
        run = get_run(key)
        found = find_enrollment(run.id, int(person.pk))
        return Response(None if found is None else item_of(found, run, person.get_username()))


class CourseEnrollment(EnrollmentView):
    """GET /course/{course}: dates and modes of a course that one may know of. Public."""

    permission_classes = (HasScope,)

    @describe(shapes.CourseDetails, error=MessageError, refused=(429,))
    def get(self, request: Request, course_id: str) -> Response:
        context = get_learner_context(parse_course_key(course_id), request.user)
        known = check_access(context.viewer, context.run, None, Action.ABOUT, timezone.now())
        if not known.allowed or (context.heads.published is None and not context.viewer.is_staff):
            raise NotFoundError(f"no course {course_id}")
        return Response(course_details(context.run))


class Roles(EnrollmentView):
    """GET /roles/: in which courses one has which role. One statement."""

    @describe(
        shapes.Roles, query=[OpenApiParameter("course_id")], error=MessageError, refused=(429,)
    )
    def get(self, request: Request) -> Response:
        wanted = request.query_params.get("course_id", "")
        key = str(parse_course_key(wanted)) if wanted else ""
        roles = [
            {"org": grant.org, "course_id": grant.course_key, "role": grant.role.value}
            for grant in get_roles_everywhere(user_id(request._request))
            if not key or grant.course_key == key
        ]
        return Response({"roles": roles, "is_staff": is_global_staff(request.user)})


class Baskets(APIView):
    """POST /api/commerce/v0/baskets/: take a course that costs nothing, at once."""

    throttle_scope = "enrollment"
    throttle_rate = "40/min"
    throttle_staff_rate = "120/min"

    @describe(
        Detail, sent=shapes.BasketWish, sent_as=(JSON, FORM), error=Detail, refused=(406, 409)
    )
    def post(self, request: Request) -> Response:
        sent = request.data if isinstance(request.data, Mapping) else {}
        text = sent.get("course_id")
        try:
            run = get_run(parse_course_key(text if isinstance(text, str) else ""))
        except NotFoundError:
            return Response({"detail": "No valid course ID was given."}, status=406)
        person: Any = request.user
        found = find_enrollment(run.id, person.pk)
        if found is not None and found.is_active:
            return Response({"detail": "Enrolled already."}, status=409)
        try:
            enroll(run.course_key, person, now=timezone.now())
        except CourseAccessDeniedError as error:
            return Response({"detail": str(error.user_message)}, status=406)
        return Response({"detail": "Enrolled."})


class _Wish:
    """What was asked for. ``trouble``: why it cannot be; "" all right."""

    def __init__(self, sent: Mapping[str, Any]) -> None:
        self.mode: str | None = None
        self.is_active: bool | None = None
        self.trouble = ""
        mode, is_active = sent.get("mode"), sent.get("is_active")
        if mode is not None and mode not in KNOWN_MODES:
            self.trouble = f"The mode {str(mode)[:40]!r} is not offered."
        elif is_active is not None and not isinstance(is_active, bool):
            self.trouble = f"'{str(is_active)[:40]}' is an invalid enrollment activation status."
        else:
            self.mode, self.is_active = mode, is_active


def find_for(request: Request, username: str, key: CourseKey | None = None) -> Any:
    """Return whom a call is about: oneself, another for staff. Raises NotFoundError."""
    if not username or username == request.user.get_username():
        return request.user
    allowed = has_staff_access(request.user, key) if key else is_global_staff(request.user)
    person = _person(username) if allowed else None
    if person is None:
        raise NotFoundError(f"no {username[:100]} for {request.user.get_username()}")
    return person


def item_of(enrollment: EnrollmentData, run: CourseRunData, username: str) -> dict[str, Any]:
    """Return an enrollment as clients know it."""
    return {
        "created": _moment(enrollment.created_at),
        "mode": enrollment.mode,
        "is_active": enrollment.is_active,
        "user": username,
        "course_details": course_details(run),
    }


def course_details(run: CourseRunData) -> dict[str, Any]:
    """Return a course with its dates and modes; no SQL."""
    facts = run.facts
    return {
        "course_id": str(run.course_key),
        "course_name": facts.display_name,
        "course_start": _moment(facts.start),
        "course_end": _moment(facts.end),
        "enrollment_start": _moment(facts.enrollment_start),
        "enrollment_end": _moment(facts.enrollment_end),
        "invite_only": facts.invitation_only,
        "course_modes": [_mode(slug) for slug in FREE_MODES],
    }


def refused(status: int, message: str) -> Response:
    """Return an error in the family's shape."""
    return Response({"message": message}, status=status)


def _change(
    key: CourseKey, run: CourseRunData, person: Any, wish: _Wish, *, staff: bool
) -> Response:
    now = timezone.now()
    if wish.is_active is False:
        before = find_enrollment(run.id, int(person.pk))
        if before is None:
            return refused(400, "There is no enrollment to end.")
        if wish.mode is not None and wish.mode != before.mode:
            return refused(400, f"The enrollment is in the mode {before.mode}, not {wish.mode}.")
        after = unenroll(key, person, now=now)
    elif staff:
        after = _enroll_as_staff(key, run, person, wish.mode, now)
    else:
        after = enroll(key, person, now=now)
    assert after is not None  # noqa: S101 # there was one
    return Response(item_of(after, run, person.get_username()))


def _enroll_as_staff(
    key: CourseKey, run: CourseRunData, person: Any, mode: str | None, now: datetime
) -> EnrollmentData:
    before = find_enrollment(run.id, int(person.pk))
    kept = before.mode if before is not None else DEFAULT_MODE
    return enroll(key, person, now=now, mode=mode or kept, check=False)


def _person(name: Any) -> Any:
    if not isinstance(name, str) or "\x00" in name:
        return None
    return get_user_model()._default_manager.filter(username=name, is_active=True).first()


def _mode(slug: str) -> dict[str, Any]:
    return {
        "slug": slug,
        "name": slug.capitalize(),
        "min_price": 0,
        "suggested_prices": "",
        "currency": settings.CURRENCY.lower(),
        "expiration_datetime": None,
        "description": None,
        "sku": None,
        "android_sku": None,
        "ios_sku": None,
        "bulk_sku": None,
    }


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.strftime("%Y-%m-%dT%H:%M:%SZ")
