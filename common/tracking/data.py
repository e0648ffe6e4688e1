"""What callers hand to the tracker. Imports nothing of this app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from common.core.keys import CourseKey

Source = Literal["server", "browser", "mobile", "task"]


@dataclass(frozen=True, slots=True)
class RequestInfo:
    """What an event keeps of the request that caused it. ``session`` is hashed already."""

    ip: str = ""
    agent: str = ""
    host: str = ""
    referer: str = ""
    accept_language: str = ""
    path: str = ""
    session: str = ""
    user_id: int | None = None
    username: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. ``payload`` becomes the field ``event`` of the log line.

    Without ``request``, the request being answered by this thread is used, if any; without
    a user, that request's user. ``time`` is aware; now when None. ``context`` adds to the
    standard context. ``event_id`` is set only for events that a client numbered.
    """

    event_type: str
    payload: Mapping[str, Any] | str
    course_key: CourseKey | str | None = None
    user_id: int | None = None
    username: str = ""
    name: str | None = None
    source: Source = "server"
    context: Mapping[str, Any] = field(default_factory=dict)
    request: RequestInfo | None = None
    time: datetime | None = None
    page: str | None = None
    event_id: UUID | None = None
