"""The first page: what to do next, or the catalogue for those who take nothing yet."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from common.enrollments import api as enrollments
from lms.catalog.views import catalog
from lms.home.page import dashboard


def home(request: HttpRequest) -> HttpResponse:
    """Show the reader's courses; visitors and those without one see the catalogue."""
    contexts = enrollments.list_contexts(request.user) if request.user.is_authenticated else []
    if not contexts:
        return catalog(request)
    return render(request, "lms/home.html", {"page": dashboard(contexts, timezone.now())})
