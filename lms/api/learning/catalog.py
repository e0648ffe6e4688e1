"""The catalogue for programs and apps: ``/api/courses/v1/courses/``."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

import nh3
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from common.accounts.api import is_global_staff
from common.blocks.api import rewrite_links
from common.content import api as content
from common.core.errors import InvalidInputError, NotFoundError
from common.core.keys import parse_course_key
from common.courses.api import RunList, find_runs
from common.courses.data import CourseRunData
from common.enrollments.api import get_learner_context
from common.enrollments.data import LearnerContext
from lms.api.learning.base import PublicView, find_person, require_known, words_of
from lms.api.learning.cards import image_url, instant_text, media_of, site_url, start_of
from lms.api.openapi import describe
from lms.api.paging import NestedPages
from lms.api.shapes import courses as shapes

# What of the catalogue is seen, by what one wants to do there.
_VISIBILITIES: Final = {
    "see_in_catalog": frozenset({"both"}),
    "see_about_page": frozenset({"both", "about"}),
    "enroll": frozenset({"both", "about"}),
}
_MOST_NAMED: Final = 100


class CourseList(PublicView):
    """GET: the courses that somebody finds, a page at a time."""

    @describe(
        shapes.CatalogPage,
        query=[
            OpenApiParameter("username", description="whose catalogue; others for staff only"),
            OpenApiParameter("org"),
            OpenApiParameter("search_term"),
            OpenApiParameter("course_keys", description="comma-separated"),
            OpenApiParameter("permissions", description=", ".join(_VISIBILITIES)),
            OpenApiParameter("mobile", bool),
            OpenApiParameter("page", int),
            OpenApiParameter("page_size", int),
        ],
        refused=(400,),
    )
    def get(self, request: Request) -> Response:
        """Return ``{results, pagination}``. At most three statements beside who asks."""
        runs = _find(request, timezone.now())
        pages = NestedPages()
        found: Any = pages.paginate_queryset(runs, request, view=self)  # type: ignore[arg-type]
        return pages.get_paginated_response([course_entry(run) for run in found])


class CourseDetail(PublicView):
    """GET: one course, with what its authors say of it."""

    @describe(shapes.CourseDetail, query=[OpenApiParameter("username")])
    def get(self, request: Request, course_id: str) -> Response:
        """Return the course, its overview, and whether the person takes it."""
        context = get_learner_context(parse_course_key(course_id), _whose(request))
        require_known(context, timezone.now())
        is_enrolled = context.viewer.is_enrolled
        entry = course_entry(context.run)
        return Response({**entry, "overview": _overview(context), "is_enrolled": is_enrolled})


def course_entry(run: CourseRunData) -> dict[str, Any]:
    """Return a course as the catalogue tells of it. What apps need is never null."""
    facts, name = run.facts, str(run.course_key)
    picture = image_url(run)
    return {
        "id": name,
        "course_id": name,
        "name": run.display_name,
        "number": run.number,
        "org": run.org,
        "short_description": run.short_description,
        **start_of(run),
        "end": instant_text(facts.end),
        "enrollment_start": instant_text(facts.enrollment_start),
        "enrollment_end": instant_text(facts.enrollment_end),
        "effort": None,
        "pacing": "self" if facts.self_paced else "instructor",
        # Every course can be read in an app.
        "mobile_available": True,
        "hidden": facts.catalog_visibility == "none",
        "invitation_only": facts.invitation_only,
        "blocks_url": site_url(f"{reverse('api-blocks')}?course_id={quote(name, safe='')}"),
        "media": {
            **media_of(run),
            "banner_image": {"uri": picture, "uri_absolute": picture},
            "course_image": {"uri": picture},
            "course_video": {"uri": None},
        },
    }


def _whose(request: Request) -> Any:
    """Return the account that is asked for: one's own, or another's for staff of the site.

    Raises NotFoundError for the others: who there is, is hidden.
    """
    name = request.query_params.get("username")
    if name is None or name == request.user.get_username():
        return request.user
    if name == "":
        return AnonymousUser()
    if not is_global_staff(request.user):
        raise NotFoundError(f"no {name} for {request.user.get_username()}")
    return find_person(name)


def _find(request: Request, now: datetime) -> RunList:
    wanted = words_of(request, "permissions") or ["see_in_catalog"]
    unknown = [name for name in wanted if name not in _VISIBILITIES]
    if unknown:
        raise InvalidInputError(f"no such permission: {unknown[0][:50]!r}")
    seen = frozenset[str].intersection(*(_VISIBILITIES[name] for name in wanted))
    named = [parse_course_key(text) for text in words_of(request, "course_keys")[:_MOST_NAMED]]
    if request.query_params.get("mobile", "").lower() == "false":
        return find_runs(_whose(request), course_keys=[])
    return find_runs(
        _whose(request),
        visibilities=seen,
        joinable_at=now if "enroll" in wanted else None,
        orgs=words_of(request, "org"),
        course_keys=named or None,
        search=request.query_params.get("search_term", "")[:200],
    )


def _overview(context: LearnerContext) -> str:
    """Return the text about the course; marketing, so whatever acts is taken out."""
    version = content.load_version(context.heads.published or context.heads.draft)
    page = content.get_pages(version.root.pages, ("about/overview",))["about/overview"]
    return nh3.clean(rewrite_links(str(page.get("data", "")), context.course_key))
