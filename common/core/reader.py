"""How the reader of a page reads: theme and time zone.

Kept in cookies, so that no page asks a database for it, error pages included.

A zone that the browser found by itself is kept with a leading ``~``; one that the person chose
without, so that a script never overwrites a choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.http import HttpRequest, HttpResponse

THEMES = ("auto", "light", "dark")
YEAR_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Reader:
    """Theme (``auto``, ``light``, ``dark``) and time zone of one request."""

    theme: str
    zone: ZoneInfo


def theme_cookie() -> str:
    """Return the name of the cookie that holds the theme; each instance has its own."""
    return f"lyceum_theme_{settings.INSTANCE}"


def zone_cookie() -> str:
    """Return the name of the cookie that holds the time zone."""
    return f"lyceum_zone_{settings.INSTANCE}"


def outline_cookie() -> str:
    """Return the name of the cookie that says whether the outline beside a unit is folded away."""
    return f"lyceum_outline_{settings.INSTANCE}"


def get_reader(request: HttpRequest) -> Reader:
    """Return how this reader reads; what a cookie holds wrongly counts as not chosen."""
    theme = request.COOKIES.get(theme_cookie(), "auto")
    return Reader(
        theme=theme if theme in THEMES else "auto",
        zone=_parse_zone(request.COOKIES.get(zone_cookie(), "")),
    )


def remember_theme(response: HttpResponse, theme: str) -> None:
    """Keep the theme in the browser for a year; ``auto`` or anything unknown forgets it."""
    if theme in THEMES and theme != "auto":
        _set_cookie(response, theme_cookie(), theme)
    else:
        response.delete_cookie(theme_cookie(), domain=settings.SESSION_COOKIE_DOMAIN)


def remember_zone(response: HttpResponse, zone: str) -> None:
    """Keep a chosen time zone in the browser for a year; "" leaves it to the browser again."""
    if zone:
        _set_cookie(response, zone_cookie(), zone)
    else:
        response.delete_cookie(zone_cookie(), domain=settings.SESSION_COOKIE_DOMAIN)


def remember_language(response: HttpResponse, language: str) -> None:
    """Keep a chosen language in the browser; "" leaves it to what the browser asks for."""
    if language:
        _set_cookie(response, settings.LANGUAGE_COOKIE_NAME, language)
    else:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, domain=settings.SESSION_COOKIE_DOMAIN)


def _parse_zone(value: str) -> ZoneInfo:
    try:
        return ZoneInfo(value.removeprefix("~") or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def _set_cookie(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=YEAR_SECONDS,
        domain=settings.SESSION_COOKIE_DOMAIN,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        samesite="Lax",
    )
