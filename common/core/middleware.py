"""Map errors of the domain to HTTP, and dates to the reader's time zone, once for all sites."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone

from common.core.errorpages import (
    method_not_allowed,
    render_error,
    sign_in_page,
    wants_json,
)
from common.core.errors import DomainError
from common.core.reader import get_reader

# Answers that may be others once we know who asks; access rules give the second.
_SIGN_IN_CODES = {"sign_in_required", "not_signed_in"}

GetResponse = Callable[[HttpRequest], HttpResponse]


class ReaderMiddleware:
    """Make every date of the answer appear in the reader's time zone."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(get_reader(request).zone):
            return self.get_response(request)


class DomainErrorMiddleware:
    """Answer a DomainError with its status: a page for people, its JSON for our own clients."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and not response.content and not wants_json(request):
            page = method_not_allowed(request)
            page["Allow"] = response["Allow"]
            return page
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the answer to a DomainError; anything else goes on to Django."""
        if not isinstance(error, DomainError):
            return None
        if wants_json(request):
            return JsonResponse(error.as_dict(), status=error.status)
        if error.code in _SIGN_IN_CODES:
            return sign_in_page(request)
        return render_error(
            request, error.status, str(error.user_message), way_in=_way_in(request, error)
        )


def _way_in(request: HttpRequest, error: DomainError) -> str:
    """Return where somebody can join what they may not open yet; "" where that is no help."""
    match, route = request.resolver_match, settings.ENROLL_ROUTE
    if error.code != "not_enrolled" or match is None or not route:
        return ""
    course_key = match.kwargs.get("course_key") or getattr(
        match.kwargs.get("usage_key"), "course_key", None
    )
    return "" if course_key is None else reverse(route, kwargs={"course_key": course_key})
