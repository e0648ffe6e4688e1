"""The catalogue: what somebody looks for, what is found, and the filters with their counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from common.core.dates import language_name
from common.core.errors import NotFoundError
from common.core.keys import CourseKey, parse_course_key
from common.courses.api import EFFORT_STEPS, FACETS, find_courses, list_runs
from common.search.data import PHASE, Query
from lms.catalog.listing import CourseRow, describe_run

PAGE_SIZE: Final = 20
_MOST_PAGES: Final = 1000
_MOST_LETTERS: Final = 200
_MOST_CHOSEN: Final = 20
_MOST_OPTIONS: Final = 40


@dataclass(frozen=True, slots=True)
class Wish:
    """What an address asks for. ``chosen``: filter → values."""

    text: str
    chosen: Mapping[str, tuple[str, ...]]
    page: int = 1

    @property
    def address(self) -> str:
        """The address of this page of the catalogue."""
        asked: list[tuple[str, str]] = [("q", self.text)] if self.text else []
        asked += [(facet, value) for facet, values in self.chosen.items() for value in values]
        asked += [("page", str(self.page))] if self.page > 1 else []
        base = reverse("lms:catalog")
        return f"{base}?{urlencode(asked)}" if asked else base

    def without(self, facet: str, value: str) -> Wish:
        """Return the first page without one of the chosen values."""
        kept = tuple(other for other in self.chosen[facet] if other != value)
        return replace(self, chosen={**self.chosen, facet: kept}, page=1)


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a filter, and how many courses choosing it alone would show."""

    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter, its fullest values first."""

    name: str
    label: str
    options: tuple[Option, ...]
    is_open: bool  # something of it is chosen


@dataclass(frozen=True, slots=True)
class Catalog:
    """A page of the catalogue. ``chips``: what is chosen, and the address without it."""

    wish: Wish
    rows: tuple[CourseRow, ...]
    total: int
    filters: tuple[Filter, ...]
    chips: tuple[tuple[str, str], ...]
    previous: str
    next: str

    @property
    def is_narrowed(self) -> bool:
        return bool(self.wish.text or self.chips)


def read_wish(asked: QueryDict) -> Wish:
    """Return what an address asks for; what cannot be meant is left out."""
    chosen = {
        facet: tuple(
            dict.fromkeys(value[:_MOST_LETTERS] for value in asked.getlist(facet) if value)
        )
        for facet in FACETS
    }
    page = asked.get("page", "")
    number = int(page) if page.isascii() and page.isdecimal() and len(page) < 5 else 1
    return Wish(
        text=" ".join(asked.get("q", "").replace("\x00", " ").split())[:_MOST_LETTERS],
        chosen={facet: values[:_MOST_CHOSEN] for facet, values in chosen.items() if values},
        page=min(max(number, 1), _MOST_PAGES),
    )


def find(wish: Wish, now: datetime) -> Catalog:
    """Return a page of what is found. One statement. Raises SearchUnavailableError."""
    first = (wish.page - 1) * PAGE_SIZE
    found = find_courses(
        Query(
            text=wish.text,
            chosen=wish.chosen,
            facets=FACETS,
            now=now.timestamp(),
            first=first,
            limit=PAGE_SIZE,
        )
    )
    keys = [key for key in map(_key, found.names) if key is not None]
    # Listed now, whatever the index says: a course that was taken out a moment ago is not shown.
    runs = {run.course_key: run for run in list_runs(listed_only=True, course_keys=keys)}
    filters = tuple(_filter(name, found.counts[name], wish) for name in FACETS)
    return Catalog(
        wish=wish,
        rows=tuple(describe_run(runs[key], now) for key in keys if key in runs),
        total=found.total,
        filters=tuple(filter_ for filter_ in filters if filter_.options),
        chips=tuple(
            (_label(name, value), wish.without(name, value).address)
            for name, values in wish.chosen.items()
            for value in values
        ),
        previous=replace(wish, page=wish.page - 1).address if wish.page > 1 else "",
        next=replace(wish, page=wish.page + 1).address
        if found.total > first + PAGE_SIZE and wish.page < _MOST_PAGES
        else "",
    )


def _filter(name: str, counts: Mapping[str, int], wish: Wish) -> Filter:
    chosen = wish.chosen.get(name, ())
    options = [
        Option(value, _label(name, value), counts.get(value, 0), value in chosen)
        for value in dict.fromkeys([*chosen, *counts])
    ]
    # What has an order of its own keeps it; of the others the chosen, then the fullest come first.
    if name == "effort":
        options.sort(key=lambda option: option.value)
    else:
        options.sort(key=lambda option: (not option.is_chosen, -option.count, option.label))
    return Filter(name, _filter_labels()[name], tuple(options[:_MOST_OPTIONS]), bool(chosen))


def _filter_labels() -> dict[str, str]:
    return {
        "subject": _("Subject"),
        "language": _("Language"),
        PHASE: _("Dates"),
        "effort": _("Effort"),
        "org": _("Organisation"),
    }


def _label(name: str, value: str) -> str:
    if name == "language":
        return language_name(value) or value
    if name == PHASE:
        phases = {"coming": _("Starts later"), "running": _("Open now"), "ended": _("Ended")}
        return phases.get(value, value)
    if name == "effort" and value.isdecimal():
        return _effort_label(int(value))
    return value


def _effort_label(step: int) -> str:
    if step == 0:
        return _("Up to {hours} hours a week").format(hours=EFFORT_STEPS[0])
    if step < len(EFFORT_STEPS):
        low, high = EFFORT_STEPS[step - 1 : step + 1]
        return _("{low} to {high} hours a week").format(low=low, high=high)
    return _("More than {hours} hours a week").format(hours=EFFORT_STEPS[-1])


def _key(name: str) -> CourseKey | None:
    try:
        return parse_course_key(name)
    except NotFoundError:
        return None
