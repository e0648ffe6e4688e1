"""The browsers in which a person is signed in: remembered, listed, signed out from afar.

The session store is the truth: who has no session is not signed in, whatever is listed here.
"""

from __future__ import annotations

import ipaddress
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from common.accounts.apptokens import end_tokens
from common.accounts.errors import SessionNotFoundError
from common.accounts.models import SignedInBrowser
from common.tracking.api import request_info

SEEN_SECONDS: Final = 3600
_SEEN: Final = "lyceum_seen"
# No session lives so long unseen.
_FORGOTTEN_AFTER: Final = timedelta(days=60)
# The first that matches: most browsers claim to be several others.
_BROWSERS: Final = (
    (re.compile(r"Edg(?:e|A|iOS)?/"), "Edge"),
    (re.compile(r"OPR/|Opera"), "Opera"),
    (re.compile(r"SamsungBrowser/"), "Samsung Internet"),
    (re.compile(r"Firefox/|FxiOS/"), "Firefox"),
    (re.compile(r"Chrom(?:e|ium)/|CriOS/"), "Chrome"),
    (re.compile(r"Safari/"), "Safari"),
)
_SYSTEMS: Final = (
    (re.compile(r"iPhone"), "iPhone"),
    (re.compile(r"iPad"), "iPad"),
    (re.compile(r"Android"), "Android"),
    (re.compile(r"Windows"), "Windows"),
    (re.compile(r"CrOS"), "ChromeOS"),
    (re.compile(r"Mac OS X|Macintosh"), "macOS"),
    (re.compile(r"Linux"), "Linux"),
)


@dataclass(frozen=True, slots=True)
class BrowserData:
    """One browser. ``id`` names it in addresses, and is of no use as a session key."""

    id: str
    name: str
    network: str
    signed_in_at: datetime
    seen_at: datetime
    is_this: bool


def remember_browser(request: HttpRequest, user_id: int) -> None:
    """Put the browser of a new sign-in into the person's list."""
    if request.session.session_key is None:
        request.session.create()
    now = timezone.now()
    info = request_info(request)
    old = SignedInBrowser.objects.filter(user_id=user_id, seen_at__lt=now - _FORGOTTEN_AFTER)
    old.delete()
    request.session[_SEEN] = int(time.time())
    SignedInBrowser.objects.update_or_create(
        session_key=request.session.session_key,
        defaults={
            "user_id": user_id,
            "agent": info.agent[:255],
            "network": network_of(info.ip),
            "signed_in_at": now,
            "seen_at": now,
        },
    )


def list_browsers(user_id: int, current_key: str | None) -> tuple[BrowserData, ...]:
    """Return the browsers that are signed in now, this one first, then the last seen. Two SQL."""
    rows = list(SignedInBrowser.objects.filter(user_id=user_id).order_by("-seen_at"))
    alive = set(
        Session.objects.filter(
            session_key__in=[row.session_key for row in rows], expire_date__gt=timezone.now()
        ).values_list("session_key", flat=True)
    )
    listed = [
        BrowserData(
            id=public_id(row.session_key),
            name=browser_name(row.agent),
            network=row.network,
            signed_in_at=row.signed_in_at,
            seen_at=row.seen_at,
            is_this=row.session_key == current_key,
        )
        for row in rows
        if row.session_key in alive
    ]
    return tuple(sorted(listed, key=lambda browser: not browser.is_this))


def revoke_browser(user_id: int, browser_id: str) -> None:
    """Sign one browser of the person out. Raises SessionNotFoundError, also for others' ones."""
    keys = SignedInBrowser.objects.filter(user_id=user_id).values_list("session_key", flat=True)
    found = [key for key in keys if public_id(key) == browser_id]
    if not found:
        raise SessionNotFoundError(browser_id[:40])
    _end(found)


def revoke_browsers(user_id: int, *, keep: str | None = None) -> int:
    """Sign all browsers of a person out but the one with this session key; return how many.

    Apps are signed out with them.
    """
    end_tokens(user_id)
    keys = SignedInBrowser.objects.filter(user_id=user_id).values_list("session_key", flat=True)
    ended = [key for key in keys if key != keep]
    _end(ended)
    return len(ended)


def revoke_browsers_of(rows: QuerySet[SignedInBrowser]) -> int:
    """Sign out the browsers of a query; return how many. Apps stay: they signed in themselves."""
    keys = list(rows.values_list("session_key", flat=True))
    _end(keys)
    return len(keys)


def public_id(session_key: str) -> str:
    """Return what names a session without giving it away."""
    return salted_hmac("lyceum.accounts.browsers", session_key, algorithm="sha256").hexdigest()[:32]


def browser_name(agent: str) -> str:
    """Return "Firefox on Linux" of a User-Agent, as far as it can be told."""
    browser = next((name for pattern, name in _BROWSERS if pattern.search(agent)), "")
    system = next((name for pattern, name in _SYSTEMS if pattern.search(agent)), "")
    if browser and system:
        return _("{browser} on {system}").format(browser=browser, system=system)
    return browser or system or _("An app or a browser that we do not know")


def network_of(address: str) -> str:
    """Return an address without the part that tells one household from its neighbours."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    kept = 24 if parsed.version == 4 else 48
    network = ipaddress.ip_network(f"{parsed}/{kept}", strict=False).network_address
    return str(network)


class SeenMiddleware:
    """Note at ``settings.SEEN_ROUTES``, at most once an hour, that a browser is in use.

    Inside of the session's middleware, which saves what is noted.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        if match is not None and match.view_name in settings.SEEN_ROUTES:
            _note_seen(request)
        return response


def _note_seen(request: HttpRequest) -> None:
    session = getattr(request, "session", None)
    if session is None or not request.user.is_authenticated or not session.session_key:
        return
    now = int(time.time())
    if now - session.get(_SEEN, now) < SEEN_SECONDS:
        return
    session[_SEEN] = now
    mine = SignedInBrowser.objects.filter(session_key=session.session_key)
    mine.update(seen_at=timezone.now())


def _end(keys: list[str]) -> None:
    with transaction.atomic():
        Session.objects.filter(session_key__in=keys).delete()
        SignedInBrowser.objects.filter(session_key__in=keys).delete()
