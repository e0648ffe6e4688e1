"""Take events from browsers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from common.core.errors import DomainError, TooLargeError
from common.tracking.browser import MAX_BODY_BYTES, RateLimit, SeenIds, read_batch, read_event
from common.tracking.data import Event
from common.tracking.outbox import emit
from common.tracking.requests import find_looks, request_info

_limit = RateLimit(burst=500, per_second=20)
_seen = SeenIds()


class TooManyEventsError(DomainError):
    """One sender sends more than any page of ours does."""

    status = 429
    code = "too_many_events"
    default_message = _("Too much was sent in a short time. Wait a moment.")


@require_POST
def event(request: HttpRequest) -> HttpResponse:
    """Log one event (form fields event_type, event, page) or several (``events``, or a JSON body).

    Anybody may send, signed in or not, with a CSRF token; who it was comes from the session.
    Of several events the unreadable ones are counted, the others logged; those of a course that
    the person looks at as somebody else are taken and dropped.
    """
    try:
        return _answer(request)
    except DomainError as error:
        return JsonResponse(error.as_dict(), status=error.status)


def _answer(request: HttpRequest) -> HttpResponse:
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY_BYTES:
        raise TooLargeError(f"more than {MAX_BODY_BYTES} bytes")
    entries, is_batch = _entries(request)
    info = request_info(request)
    sender = f"user:{info.user_id}" if info.user_id is not None else f"ip:{info.ip}"
    if not _limit.take(sender, len(entries)):
        raise TooManyEventsError(sender)
    events: list[Event] = []
    for fields in entries:
        try:
            events.append(read_event(fields))
        except DomainError:
            if not is_batch:
                raise
    looks = find_looks(request)
    told = (event for event in events if str(event.course_key) not in looks)
    emit(*(event for event in told if _seen.is_new(sender, event.event_id)))
    return JsonResponse({"accepted": len(events), "rejected": len(entries) - len(events)})


def _entries(request: HttpRequest) -> tuple[list[Mapping[str, Any]], bool]:
    if request.content_type == "application/json":
        return read_batch(request.body), True
    if "events" in request.POST:
        return read_batch(request.POST["events"]), True
    return [request.POST.dict()], False
