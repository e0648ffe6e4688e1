"""The courses that one may change."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from cms.courses.listing import PAGE_SIZE, list_authored
from common.accounts.api import AUTHOR_ROLES, find_places


@login_required
def courses(request: HttpRequest) -> HttpResponse:
    """List the courses that the person writes; staff of the site see all of them."""
    query = request.GET.get("q", "").strip()
    after = request.GET.get("after", "")
    places = find_places(request.user, AUTHOR_ROLES)
    page = list_authored(places, query, int(after) if after.isdecimal() else 0, timezone.now())
    context = {
        "query": query,
        "page": page,
        "is_first": not after,
        "may_add": places is None or bool(places.orgs),
        "page_size": PAGE_SIZE,
    }
    return render(request, "cms/courses.html", context)
