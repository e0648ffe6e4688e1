"""Shape one event as the log line that readers of tracking logs expect.

Source of the fields: reference, analytics section 1.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import Any
from uuid import UUID

from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey

from common.tracking.data import Event, RequestInfo

# Readers refuse longer lines.
MAX_LINE_CHARS = 50_000
_NO_REQUEST = RequestInfo()
_CUTS = (8_000, 1_000, 100)
# Nobody means more; Python's own reader and writer end at some hundred.
_DEEPEST = 60


def log_line(event: Event, *, event_id: UUID, request: RequestInfo | None, now: datetime) -> str:
    """Return the event as one line of JSON, without a line end, of at most 50,000 characters.

    A payload that is too long is cut, text by text, and marked with ``truncated``.
    """
    document = envelope(event, event_id=event_id, request=request, now=now)
    line = _dump(document)
    for longest in _CUTS:
        if len(line) <= MAX_LINE_CHARS:
            return line
        document["event"] = _shorten(document["event"], longest)
        line = _dump(document)
    if len(line) > MAX_LINE_CHARS:
        document["event"] = _shorten("", 0) if event.source == "browser" else {"truncated": True}
        document["context"] = {
            key: value for key, value in document["context"].items() if key in _STANDARD_CONTEXT
        }
        line = _dump(document)
    return line


_STANDARD_CONTEXT = ("course_id", "org_id", "user_id", "path", "event_id", "course_user_tags")


def envelope(
    event: Event, *, event_id: UUID, request: RequestInfo | None, now: datetime
) -> dict[str, Any]:
    """Return the event with everything that surrounds it."""
    info = event.request or request or _NO_REQUEST
    own_user = event.user_id is None or event.user_id == info.user_id
    user_id = info.user_id if event.user_id is None else event.user_id
    course_id = str(event.course_key) if event.course_key else ""
    context: dict[str, Any] = {
        "course_id": course_id,
        "org_id": org_of(event.course_key),
        "user_id": "" if user_id is None else user_id,
        "path": info.path,
        "event_id": str(event_id),
    }
    if course_id:
        context["course_user_tags"] = {}
    return {
        "event_type": event.event_type,
        "name": event.name or event.event_type,
        "event_source": event.source,
        "event": event.payload if isinstance(event.payload, str) else dict(event.payload),
        "time": (event.time or now).astimezone(UTC).isoformat(timespec="microseconds"),
        "username": event.username or (info.username if own_user else ""),
        "context": {**context, **event.context, "event_id": str(event_id)},
        "ip": info.ip,
        "agent": info.agent[:1000],
        "host": info.host,
        "referer": info.referer[:2000],
        "accept_language": info.accept_language[:200],
        "page": event.page,
        "session": info.session,
    }


def org_of(course_key: CourseKey | str | None) -> str:
    """Return the organisation of a course key, '' outside courses."""
    if not course_key:
        return ""
    try:
        key = CourseKey.from_string(course_key) if isinstance(course_key, str) else course_key
    except InvalidKeyError:
        return ""
    return key.org or ""


def _dump(document: dict[str, Any]) -> str:
    try:
        return json.dumps(document, separators=(",", ":"), default=_text, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        # Blocks of strangers hand over anything: one odd value must not cost the event, or the
        # answer that it came with.
        return json.dumps(_plain(document, ()), separators=(",", ":"))


def _text(value: Any) -> str:
    try:
        return str(value)
    except Exception:  # noqa: BLE001 # a stranger's object, and nothing is wrong with the site
        return type(value).__name__


def _plain(value: Any, around: tuple[int, ...]) -> Any:
    """Return the value as JSON has it: keys are texts, odd numbers and what is too deep null.

    ``around`` are the ids of what it lies in.
    """
    if isinstance(value, float):
        return value if isfinite(value) else None
    if value is None or isinstance(value, str | int):
        return value
    if not isinstance(value, Mapping | list | tuple):
        return _text(value)
    if id(value) in around or len(around) >= _DEEPEST:
        return None
    around = (*around, id(value))
    if isinstance(value, Mapping):
        return {_text(key): _plain(item, around) for key, item in value.items()}
    return [_plain(item, around) for item in value]


def _cut(value: Any, longest: int, depth: int = 0) -> Any:
    if isinstance(value, str):
        return value[:longest]
    if depth >= _DEEPEST and isinstance(value, Mapping | list | tuple):
        return None
    if isinstance(value, Mapping):
        return {_text(key)[:longest]: _cut(item, longest, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_cut(item, longest, depth + 1) for item in value]
    return value


def _shorten(payload: Any, longest: int) -> Any:
    """Return the payload in the form that it had, an object or a JSON text of one, but shorter."""
    if not isinstance(payload, str):
        return {**_cut(payload, longest), "truncated": True}
    try:
        value = json.loads(payload)
        if isinstance(value, dict):
            return json.dumps({**_cut(value, longest), "truncated": True})
    except (ValueError, RecursionError):
        pass
    return '{"truncated": true}'
