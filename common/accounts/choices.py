"""What people choose from in their profile: countries, languages, levels of education, zones.

Names are in the reader's language, sorted as text; codes are what is stored.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final
from zoneinfo import available_timezones

from babel import Locale
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.core.dates import reader_locale

Choices = list[tuple[str, str]]

# The codes are those that other platforms' profiles and reports use.
LEVELS_OF_EDUCATION: Final = {
    "p": _("Doctorate"),
    "m": _("Master's or professional degree"),
    "b": _("Bachelor's degree"),
    "a": _("Associate degree"),
    "hs": _("Secondary or high school"),
    "jhs": _("Junior secondary or middle school"),
    "el": _("Elementary or primary school"),
    "none": _("No formal education"),
    "other": _("Other education"),
}
# Regions of the Unicode tables that are no countries: unions, outlying parts, placeholders.
_NO_COUNTRIES: Final = frozenset(
    {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
)
# Old doubles of other codes.
_NO_LANGUAGES: Final = frozenset({"in", "iw", "ji", "mo", "sh"})


def country_codes() -> frozenset[str]:
    """Return the codes of all countries: two capital letters (ISO 3166)."""
    return frozenset(code for code, _name in _countries("en"))


def countries() -> Choices:
    """Return code and name of all countries."""
    return list(_countries(str(reader_locale())))


def country_name(code: str) -> str:
    """Return the name of a country; the code itself where nobody knows it."""
    return dict(_countries(str(reader_locale()))).get(code, code)


def language_codes() -> frozenset[str]:
    """Return the codes of languages that people may say they speak: two letters (ISO 639)."""
    return frozenset(code for code, _name in _languages("en"))


def languages() -> Choices:
    """Return code and name of all languages that people may say they speak."""
    return list(_languages(str(reader_locale())))


def levels_of_education() -> Choices:
    """Return code and name of the levels, highest first."""
    return [(code, str(name)) for code, name in LEVELS_OF_EDUCATION.items()]


def time_zones() -> Choices:
    """Return the zones: UTC, and those named after places.

    Names such as "EST5EDT" and "Etc/GMT+3" (which means UTC-3) mislead.
    """
    places = sorted(
        zone
        for zone in available_timezones()
        if "/" in zone and not zone.startswith(("Etc/", "SystemV/", "US/", "posix/", "right/"))
    )
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in places)]


def unsaid(choices: Choices, label: str = "") -> Choices:
    """Put the choice of saying nothing in front."""
    return [("", label or gettext("Not said")), *choices]


@lru_cache(maxsize=16)
def _countries(locale: str) -> tuple[tuple[str, str], ...]:
    # English has names for all; what another language lacks is shown in English.
    names = {**Locale.parse("en").territories, **Locale.parse(locale).territories}
    return _sorted(
        {
            code: name
            for code, name in names.items()
            if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES
        }
    )


@lru_cache(maxsize=16)
def _languages(locale: str) -> tuple[tuple[str, str], ...]:
    names = {**Locale.parse("en").languages, **Locale.parse(locale).languages}
    return _sorted(
        {
            code: name[:1].upper() + name[1:]
            for code, name in names.items()
            if len(code) == 2 and code not in _NO_LANGUAGES
        }
    )


def _sorted(names: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(names.items(), key=lambda entry: _sort_key(entry[1])))


def _sort_key(name: str) -> str:
    # "Österreich" stands beside "Oman".
    plain = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
