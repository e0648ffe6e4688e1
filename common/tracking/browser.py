"""Read what browsers tell about their events, mistrusting all of it."""

from __future__ import annotations

import json
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import unquote, urlsplit
from uuid import UUID

from django.utils import timezone

from common.core.errors import InvalidInputError, NotFoundError, TooLargeError
from common.core.keys import CourseKey, parse_course_key
from common.tracking.data import Event
from common.tracking.envelope import MAX_LINE_CHARS

# The modern names of events that browsers still send under their old ones (reference: analytics,
# section 2).
MODERN_NAMES: Final = {
    "seq_next": "edx.ui.lms.sequence.next_selected",
    "seq_prev": "edx.ui.lms.sequence.previous_selected",
    "seq_goto": "edx.ui.lms.sequence.tab_selected",
    "load_video": "edx.video.loaded",
    "play_video": "edx.video.played",
    "pause_video": "edx.video.paused",
    "stop_video": "edx.video.stopped",
    "seek_video": "edx.video.position.changed",
}
MAX_EVENTS = 100
MAX_BODY_BYTES = 1_000_000
_MAX_TYPE_CHARS = 255
# A window may have been without a connection for so long.
_MAX_AGE_MS = 24 * 3600 * 1000
_MAX_PAGE_CHARS = 2000
_COURSE_IN_PATH = re.compile(r"/courses?/([^/]+)(?:/|$)")


def read_event(fields: Mapping[str, Any]) -> Event:
    """Return the event of ``event_type``, ``event``, ``page``; ``event_id``, ``age_ms`` if given.

    ``event`` is a text, by custom a JSON object, and is kept as it is; an object is taken
    too. ``age_ms`` is how long ago it was: a batch waits a little in its window, and people's
    clocks are wrong. Raises InvalidInputError, TooLargeError.
    """
    event_type, page = fields.get("event_type"), fields.get("page") or ""
    if not isinstance(event_type, str) or not 0 < len(event_type) <= _MAX_TYPE_CHARS:
        raise InvalidInputError("event_type must be a text of 1 to 255 characters")
    if not isinstance(page, str):
        raise InvalidInputError("page must be a text")
    payload = fields.get("event", "")
    if not isinstance(payload, str):
        payload = json.dumps(payload)
    if len(payload) > MAX_LINE_CHARS:
        raise TooLargeError(f"event is longer than {MAX_LINE_CHARS} characters")
    return Event(
        event_type=event_type,
        name=MODERN_NAMES.get(event_type),
        payload=payload,
        page=page[:_MAX_PAGE_CHARS],
        course_key=course_of_page(page),
        source="browser",
        time=timezone.now() - _age(fields.get("age_ms")),
        event_id=_event_id(fields.get("event_id")),
    )


def read_batch(text: str | bytes) -> list[Mapping[str, Any]]:
    """Return the entries of a JSON array of events. Raises InvalidInputError, TooLargeError."""
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInputError("the batch is not JSON") from error
    if isinstance(entries, dict):
        entries = entries.get("events")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise InvalidInputError("the batch must be an array of objects")
    if len(entries) > MAX_EVENTS:
        raise TooLargeError(f"more than {MAX_EVENTS} events in a batch")
    return entries


def course_of_page(page: str) -> CourseKey | None:
    """Return the course that a page's address names, if it names one."""
    try:
        found = _COURSE_IN_PATH.search(urlsplit(page).path)
        return parse_course_key(unquote(found[1])) if found else None
    except (ValueError, NotFoundError):
        return None


def _age(value: Any) -> timedelta:
    if value in (None, ""):
        return timedelta()
    try:
        milliseconds = int(str(value))
    except ValueError as error:
        raise InvalidInputError("age_ms must be a whole number") from error
    return timedelta(milliseconds=max(0, min(milliseconds, _MAX_AGE_MS)))


def _event_id(text: Any) -> UUID | None:
    if text in (None, ""):
        return None
    try:
        return UUID(str(text))
    except ValueError as error:
        raise InvalidInputError("event_id must be a UUID") from error


class SeenIds:
    """The ids that this process took lately: what a browser's network sends again is left out.

    ``most`` are kept. Another process may take the same id; readers of the log know it by that.
    """

    def __init__(self, most: int = 20_000) -> None:
        self._most = most
        self._ids: OrderedDict[tuple[str, UUID], None] = OrderedDict()
        self._lock = threading.Lock()

    def is_new(self, sender: str, event_id: UUID | None) -> bool:
        """Tell whether the id is the sender's first of its kind, and keep it."""
        if event_id is None:
            return True
        with self._lock:
            if (sender, event_id) in self._ids:
                return False
            self._ids[sender, event_id] = None
            if len(self._ids) > self._most:
                self._ids.popitem(last=False)
        return True


class RateLimit:
    """Buckets of events by sender, kept by each process for itself: a brake, not a quota.

    A sender may send ``burst`` events at once and ``per_second`` in the long run.
    """

    def __init__(self, *, burst: int, per_second: float, senders: int = 10_000) -> None:
        self._burst = burst
        self._per_second = per_second
        self._senders = senders
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, sender: str, count: int, now: float | None = None) -> bool:
        """Take ``count`` events from the sender's bucket; False, and nothing taken, if too many."""
        now = time.monotonic() if now is None else now
        with self._lock:
            left, seen = self._buckets.pop(sender, (float(self._burst), now))
            left = min(self._burst, left + (now - seen) * self._per_second)
            allowed = count <= left
            self._buckets[sender] = (left - count if allowed else left, now)
            if len(self._buckets) > self._senders:
                self._buckets.popitem(last=False)
        return allowed
