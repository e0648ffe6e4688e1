"""Dates, times and numbers as a reader sees them: own language, own time zone, exact on hover."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final

from babel import Locale, UnknownLocaleError
from babel import dates as babel_dates
from babel import numbers as babel_numbers
from django.utils import timezone
from django.utils.translation import get_language, to_locale
from markupsafe import Markup

# "Friday 12 June" as each language writes it; others show the year too.
_DAY_PATTERNS = {
    "ar": "EEEE، d MMMM",
    "en": "EEEE d MMMM",
    "es": "EEEE, d 'de' MMMM",
    "fr": "EEEE d MMMM",
    "zh": "M月d日EEEE",
}
# Nearer than this, a date also says how far it is: "(in 3 days)".
_RELATIVE_WITHIN = timedelta(days=60)
_KEPT_LOCALES: Final = 64
_KEPT_NUMBERS: Final = 4096
_KEPT_DATES: Final = 2048


def reader_locale() -> Locale:
    """Return Babel's locale of the active language; English when it has none."""
    return _locale_of(get_language() or "en")


@lru_cache(maxsize=_KEPT_LOCALES)
def _locale_of(language: str) -> Locale:
    try:
        return Locale.parse(to_locale(language))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def language_name(code: str) -> str:
    """Return the name of a language in the reader's own; "" for a code that nobody knows.

    It begins with a capital letter, as it stands by itself.
    """
    try:
        named = Locale.parse(code.replace("-", "_")).get_display_name(reader_locale())
    except (UnknownLocaleError, ValueError, TypeError):
        return ""
    return named[:1].upper() + named[1:] if named else ""


def date_text(moment: datetime, *, now: datetime | None = None) -> str:
    """Return "Friday 12 June, 18:00" in the reader's language and zone; another year is named."""
    local = timezone.localtime(moment)
    locale = reader_locale()
    same_year = local.year == timezone.localtime(now or timezone.now()).year
    pattern = _DAY_PATTERNS.get(locale.language, "full") if same_year else "long"
    if locale.language == "en" and not same_year:
        pattern = "d MMMM y"
    day = babel_dates.format_date(local, pattern, locale)
    clock = babel_dates.format_time(local, "HH:mm", locale=locale)
    return f"{day}, {clock}"


def month_text(moment: datetime) -> str:
    """Return "June 2026" in the reader's language and zone."""
    text: str = babel_dates.format_skeleton(
        "yMMMM", timezone.localtime(moment), locale=reader_locale()
    )
    return text


def relative_text(moment: datetime, *, now: datetime | None = None) -> str:
    """Return "in 3 days" or "2 hours ago" in the reader's language."""
    delta = moment - (now or timezone.now())
    text: str = babel_dates.format_timedelta(
        delta, add_direction=True, threshold=1.2, locale=reader_locale()
    )
    return text


def exact_text(moment: datetime) -> str:
    """Return the moment with year, zone and offset, for the tooltip."""
    local = timezone.localtime(moment)
    locale = reader_locale()
    day = babel_dates.format_date(local, "full", locale=locale)
    clock = babel_dates.format_time(local, "HH:mm:ss ZZZZ", locale=locale)
    return f"{day}, {clock} ({timezone.get_current_timezone_name()})"


def time_tag(
    moment: datetime | None, *, now: datetime | None = None, relative: bool = True
) -> Markup:
    """Return a ``<time>`` element: the date, how far it is when near, the exact moment on hover."""
    if moment is None:
        return Markup("")
    reference = now or timezone.now()
    text = date_text(moment, now=reference)
    if relative and abs(moment - reference) < _RELATIVE_WITHIN:
        text = f"{text} ({relative_text(moment, now=reference)})"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        moment.isoformat(), exact_text(moment), text
    )


def short_date_tag(moment: datetime | None) -> Markup:
    """Return a ``<time>`` element for a column: "12 Jun 2026, 18:00"."""
    if moment is None:
        return Markup("")
    zone = timezone.get_current_timezone()
    return _short_date_tag(moment.astimezone(UTC), get_language() or "en", zone)


# A table of a large course shows the same due dates in hundreds of lines.
@lru_cache(maxsize=_KEPT_DATES)
def _short_date_tag(moment: datetime, language: str, zone: tzinfo) -> Markup:
    local = timezone.localtime(moment, zone)
    locale = _locale_of(language)
    pattern = "d MMM y" if locale.language == "en" else "medium"
    day = babel_dates.format_date(local, pattern, locale=locale)
    clock = babel_dates.format_time(local, "HH:mm", locale=locale)
    return Markup('<time datetime="{}" title="{}">{}, {}</time>').format(
        moment.isoformat(), exact_text(moment), day, clock
    )


def percent_text(fraction: float, digits: int = 0) -> str:
    """Return a share from 0.0 to 1.0 as "72 %" in the reader's way of writing."""
    return _percent_text(fraction, digits, get_language() or "en")


# Tables of grades show few different numbers, many times: Babel takes 50 µs for each.
@lru_cache(maxsize=_KEPT_NUMBERS)
def _percent_text(fraction: float, digits: int, language: str) -> str:
    locale = _locale_of(language)
    pattern = "#,##0" + ("." + "#" * digits if digits else "") + "\u00a0%"
    if locale.text_direction == "rtl":
        # The locale's own pattern carries the marks that keep number and sign together.
        rounded = round(fraction, digits + 2)
        return str(babel_numbers.format_percent(rounded, locale=locale, decimal_quantization=False))
    return str(babel_numbers.format_percent(fraction, format=pattern, locale=locale))


def size_text(size_bytes: int) -> str:
    """Return a size as "4.2 MB"."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size_bytes >= factor:
            return f"{number_text(round(size_bytes / factor, 1))}\u00a0{unit}"
    return f"{number_text(size_bytes)}\u00a0B"


def number_text(value: float) -> str:
    """Return a number with at most two decimals, grouped the reader's way."""
    return _number_text(round(value, 2) or 0, get_language() or "en")


@lru_cache(maxsize=_KEPT_NUMBERS)
def _number_text(value: float, language: str) -> str:
    return str(babel_numbers.format_decimal(value, locale=_locale_of(language)))
