"""Let events know their request without handing it through every layer; log pages themselves."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse

from common.tracking.browser import course_of_page
from common.tracking.data import Event
from common.tracking.outbox import emit
from common.tracking.requests import answering

# Longer values are cut, more fields left out: what was asked for, not what was written.
_MAX_VALUE_CHARS: Final = 512
_MAX_FIELDS: Final = 50
_SECRET: Final = ("password", "token", "secret", "code", "key")
_UNLOGGED: Final = (
    "/event",
    "/accounts/",
    # Whose page it is would stay in the log of somebody else for years.
    "/u/",
    "/admin/",
    "/static/",
    "/assets/",
    "/xblock/resource/",
    "/heartbeat",
)


class TrackingMiddleware:
    """Remember the request while it is answered; costs nothing unless an event is recorded."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with answering(request):
            return self.get_response(request)


class PageEventMiddleware:
    """Log each request of somebody as an event whose type is its path; stands inside the tracker.

    Who only reads is active too, and nothing else says so. Requests that found no page, or never
    asked who it was (pictures, health), are left out: logging them would cost statements.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if (
            response.status_code < 400
            and hasattr(request, "_cached_user")
            and not request.path.startswith(_UNLOGGED)
        ):
            emit(
                Event(
                    event_type=request.path,
                    payload=json.dumps({"GET": _fields(request, "GET"), "POST": _posted(request)}),
                    course_key=course_of_page(request.path),
                )
            )
        return response


def _posted(request: HttpRequest) -> dict[str, list[str]]:
    # Only what a view has read already: a body that streams is not read for the log.
    return _fields(request, "POST") if hasattr(request, "_post") else {}


def _fields(request: HttpRequest, method: str) -> dict[str, list[str]]:
    fields = list(getattr(request, method).lists())[:_MAX_FIELDS]
    return {
        name[:_MAX_VALUE_CHARS]: ["********"]
        if any(word in name.lower() for word in _SECRET)
        else [value[:_MAX_VALUE_CHARS] for value in values]
        for name, values in fields
    }
