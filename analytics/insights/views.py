"""The courses whose results one may read, with how many take them at this moment."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from analytics.insights.listing import list_courses
from common.accounts.api import RESULT_ROLES, find_places


@login_required
def courses(request: HttpRequest) -> HttpResponse:
    """List the courses with their live enrollment counts."""
    after = request.GET.get("after", "")
    places = find_places(request.user, RESULT_ROLES)
    page = list_courses(places, after=int(after) if after.isdecimal() else 0)
    context = {"page": page, "is_first": not after, "now": timezone.now()}
    return render(request, "insights/courses.html", context)
