"""The courses that somebody takes, as apps list them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from common.blocks.api import Progress, get_progress, pass_gates_everywhere
from common.courses.api import Action, check_access, get_outlines
from common.courses.data import CourseOutline
from common.enrollments.api import list_contexts
from common.enrollments.data import LearnerContext
from lms.api.learning.assignments import count_in_plan
from lms.api.learning.base import LearnerView, require_self, time_zone_of, words_of
from lms.api.learning.cards import course_card, image_url, instant_text
from lms.api.learning.completion import describe_status
from lms.api.learning.dates import describe_date, has_ended
from lms.api.openapi import describe
from lms.api.paging import FlatPages
from lms.api.shapes import enrollments as shapes
from lms.courseware.opening import open_course_for
from lms.courseware.plan import CoursePlan, is_complete, plan_of
from lms.courseware.timeline import DateKind, list_dates

# Who did something within it takes part in the course.
_RECENT: Final = timedelta(days=30)
STATUSES: Final = ("all", "in_progress", "completed", "expired")


class FivePages(FlatPages):
    """The pages of the last version, which shows few courses at a time."""

    page_size = 5


@dataclass(frozen=True, slots=True)
class Taken:
    """One course of somebody. ``plan`` is None where it cannot be looked into (yet)."""

    context: LearnerContext
    plan: CoursePlan | None
    progress: Progress

    @property
    def last_at(self) -> datetime:
        """When they joined, or did something last."""
        enrollment = self.context.enrollment
        joined = enrollment.created_at if enrollment is not None else timezone.now()
        return max(joined, self.progress.last_at or joined)

    def status(self, now: datetime) -> str:
        """Return which of STATUSES fits: done, over without it, or neither."""
        units = [unit for unit in self.plan.units if unit.leaves] if self.plan else []
        if units and all(is_complete(unit, self.progress.completions) for unit in units):
            return "completed"
        return "expired" if has_ended(self.context.run, now) else "in_progress"


class CourseEnrollments(LearnerView):
    """GET: the courses that one takes, the newest first; the form depends on the version."""

    @describe(
        shapes.EnrollmentsV3 | shapes.EnrollmentsV2 | list[shapes.AppEnrollment],
        query=[
            OpenApiParameter("org"),
            OpenApiParameter("status", enum=STATUSES),
            OpenApiParameter("requested_fields", description="course_progress"),
            OpenApiParameter("page", int),
            OpenApiParameter("page_size", int),
        ],
    )
    def get(self, request: Request, username: str, version: str) -> Response:
        """Return them. Statements do not depend on how many there are."""
        require_self(request, username)
        now = timezone.now()
        found = _of_org(find_taken(request.user, now), request.query_params.get("org"))
        wants_progress = "course_progress" in words_of(request, "requested_fields")
        if version in {"0.5", "1", "2"}:
            entries = [describe_enrollment(item, now) for item in found]
            return Response(
                {"configs": _CONFIGS, "enrollments": entries} if version == "2" else entries
            )
        primary, rest = (None, found) if version == "3" else _choose(request, found, now)
        pages: FlatPages = FlatPages() if version == "3" else FivePages()
        page: Any = pages.paginate_queryset(rest, request, view=self)
        entries = [describe_enrollment(item, now, progress=wants_progress) for item in page]
        body = {
            "configs": _CONFIGS,
            "user_timezone": time_zone_of(request),
            "enrollments": pages.get_paginated_response(entries).data,
        }
        if version == "4":
            body["primary"] = None if primary is None else describe_primary(request, primary, now)
        return Response(body)


class EnrollmentsStatus(LearnerView):
    """GET: in which courses one took part lately."""

    @describe(list[shapes.EnrollmentStatus])
    def get(self, request: Request, username: str) -> Response:
        """Return ``[{course_id, course_name, recently_active}]``."""
        require_self(request, username)
        now = timezone.now()
        return Response(
            [
                {
                    "course_id": str(item.context.course_key),
                    "course_name": item.context.run.display_name,
                    "recently_active": now - item.last_at <= _RECENT,
                }
                for item in find_taken(request.user, now)
            ]
        )


class DownloadCourses(LearnerView):
    """GET: the courses whose videos one may keep on a device."""

    @describe(list[shapes.DownloadCourse])
    def get(self, request: Request, username: str) -> Response:
        """Return ``[{course_id, course_name, course_image, total_size}]``.

        Sizes of videos elsewhere are not known: 0.
        """
        require_self(request, username)
        return Response(
            [
                {
                    "course_id": str(item.context.course_key),
                    "course_name": item.context.run.display_name,
                    "course_image": image_url(item.context.run),
                    "total_size": 0,
                }
                for item in find_taken(request.user, timezone.now())
                if item.plan is not None
            ]
        )


# The settings of purchases, as text of JSON: nothing is sold in apps.
_CONFIGS: Final = {"config": "{}"}


def find_taken(user: Any, now: datetime) -> list[Taken]:
    """Return the courses of somebody. One store call cold, for any number.

    Four statements, and one more where a course has gated parts.
    """
    contexts = list_contexts(user)
    if not contexts:
        return []
    progress = get_progress(user.pk, [context.run.id for context in contexts])
    outlines = get_outlines([c.heads.published for c in contexts if c.heads.published])
    found = [
        (context, outlines[context.heads.published])
        for context in contexts
        if context.heads.published in outlines
    ]
    done = {run_id: what.completions for run_id, what in progress.items()}
    passed = pass_gates_everywhere(user.pk, found, done, now)
    contexts = [passed.get(context.run.id, context) for context in contexts]
    return [
        Taken(
            context,
            _plan(context, outlines.get(context.heads.published or ""), now),
            progress.get(context.run.id, Progress()),
        )
        for context in contexts
    ]


def _plan(
    context: LearnerContext, outline: CourseOutline | None, now: datetime
) -> CoursePlan | None:
    access = check_access(context.viewer, context.run, None, Action.OUTLINE, now)
    return plan_of(outline, context.viewer, now) if access.allowed and outline else None


def _of_org(found: Sequence[Taken], org: str | None) -> list[Taken]:
    return [item for item in found if not org or item.context.run.org.lower() == org.lower()]


def _choose(
    request: Request, found: list[Taken], now: datetime
) -> tuple[Taken | None, list[Taken]]:
    """Return the course that one is in now, and the others; with a status, those of it."""
    status = request.query_params.get("status", "")
    if status == "all":
        return None, found
    if status:
        return None, [item for item in found if item.status(now) == status]
    primary = max(found, key=lambda item: item.last_at, default=None)
    return primary, [item for item in found if item is not primary]


def describe_enrollment(item: Taken, now: datetime, *, progress: bool = False) -> dict[str, Any]:
    """Return an enrollment. What apps need is never null."""
    context = item.context
    mode = context.viewer.mode or ""
    slug = {"slug": mode, "sku": None, "android_sku": None, "ios_sku": None, "min_price": 0}
    entry = {
        "audit_access_expires": None,
        "created": instant_text(context.enrollment.created_at) if context.enrollment else "",
        "mode": mode,
        "is_active": context.viewer.is_enrolled,
        "course": course_card(context.run, context.viewer, now),
        "certificate": {},
        "course_modes": [slug],
    }
    if progress:
        entry["course_progress"] = _progress(item)
    return entry


def _progress(item: Taken) -> dict[str, int]:
    if item.plan is None:
        return {"assignments_completed": 0, "total_assignments_count": 0}
    return count_in_plan(item.plan, item.progress.completions)


def describe_primary(request: Request, item: Taken, now: datetime) -> dict[str, Any]:
    """Return the course that one is in now, with where one is and what is due.

    Statements beside: those of opening the course, and one.
    """
    entry = describe_enrollment(item, now, progress=True)
    entry |= {
        "course_status": None,
        "course_assignments": {"future_assignments": [], "past_assignments": []},
    }
    if item.plan is None:
        return entry
    opened = open_course_for(request.user, item.context.course_key, now, host=request.get_host())
    entry["course_status"] = describe_status(opened)
    due = [d for d in list_dates(opened, item.progress.completions) if d.kind is DateKind.DUE]
    entry["course_assignments"] = {
        "future_assignments": [describe_date(opened, date) for date in due if date.at > now],
        "past_assignments": [describe_date(opened, date) for date in due if date.at <= now],
    }
    return entry
