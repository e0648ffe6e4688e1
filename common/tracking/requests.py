"""What an event keeps of a request, and which request this thread answers."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest

from common.core.visitors import client_address
from common.tracking.data import RequestInfo

# Who says of which courses a person's browser only shows what somebody else would see.
LooksFinder = Callable[[HttpRequest], Collection[str]]
_finders: list[LooksFinder] = []

_current: ContextVar[HttpRequest | RequestInfo | None] = ContextVar("tracking", default=None)


def register_looks(finder: LooksFinder) -> None:
    """Have ``finder`` asked in which courses (their keys) a person looks on as somebody else.

    What their browser tells of these is nobody's learning, and not logged.
    """
    if finder not in _finders:
        _finders.append(finder)


def find_looks(request: HttpRequest) -> frozenset[str]:
    """Return the keys of the courses at which the person of a request looks as somebody else."""
    return frozenset(key for finder in _finders for key in finder(request))


def request_info(request: HttpRequest) -> RequestInfo:
    """Return what events keep of the request; the session key only as a keyed hash."""
    user = getattr(request, "user", None)
    known = user is not None and user.is_authenticated
    headers = request.headers
    return RequestInfo(
        ip=client_address(request),
        agent=headers.get("User-Agent", ""),
        host=request.META.get("HTTP_HOST", ""),
        referer=headers.get("Referer", ""),
        accept_language=headers.get("Accept-Language", ""),
        path=request.path,
        session=_session_hash(request),
        user_id=user.pk if known and user is not None else None,
        username=user.get_username() if known and user is not None else "",
    )


def _session_hash(request: HttpRequest) -> str:
    key = getattr(getattr(request, "session", None), "session_key", None)
    if not key:
        return ""
    secret = f"tracking-session:{settings.SECRET_KEY}".encode()
    return hmac.new(secret, key.encode(), hashlib.sha256).hexdigest()[:32]


@contextmanager
def answering(request: HttpRequest | RequestInfo) -> Iterator[None]:
    """Make ``request`` the one that events of this thread belong to."""
    token = _current.set(request)
    try:
        yield
    finally:
        _current.reset(token)


def current_request() -> RequestInfo | None:
    """Return what is known of the request that this thread answers, None outside of one."""
    request = _current.get()
    return request_info(request) if isinstance(request, HttpRequest) else request
