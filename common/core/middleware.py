"""Map errors of the domain to HTTP, and dates to the reader's time zone, once for all sites."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from common.core.errorpages import render_error, sign_in_page, wants_json
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
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the answer to a DomainError; anything else goes on to Django."""
        if not isinstance(error, DomainError):
            return None
        if wants_json(request):
            return JsonResponse(error.as_dict(), status=error.status)
        if error.code in _SIGN_IN_CODES:
            return sign_in_page(request)
        return render_error(request, error.status, str(error.user_message))
