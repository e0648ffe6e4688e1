"""The listed courses as documents of search: made from what is published, mended by a sweep.

A document is stamped with the version it was made from. Commits bring theirs up to date when
their transaction ends; the sweep compares all stamps, and finds what a dead process left.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from threading import Lock
from typing import Any, Final

from django.db import transaction

from common.content import api as content
from common.content.data import CommitInfo
from common.core.errors import DomainError
from common.core.keys import CourseKey, parse_course_key
from common.courses.data import CourseRunData
from common.courses.facts import read_number
from common.courses.models import CourseRun
from common.courses.runs import list_runs
from common.search import api as search

COLLECTION: Final = "courses"
FACETS: Final = ("subject", "language", search.PHASE, "effort", "org")
# Hours a week, the last of each step; more is the step after the last.
EFFORT_STEPS: Final = (2, 5, 10)
# Part of each stamp: raise it when documents are made otherwise.
_FORM: Final = 1
_BATCH: Final = 50
_MOST_SUBJECTS: Final = 10
_TEXTS: Final = ("about/overview.html", "about/effort.html")
_MARKUP = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_HOURS = re.compile(r"\d+(?:[.,]\d+)?")
_logger = logging.getLogger(__name__)
_checked: set[str] = set()
_lock = Lock()


def find_courses(query: search.Query) -> search.Found:
    """Return keys of listed courses as names. Raises SearchUnavailableError.

    The first search of a process mends the index: a new site has none.
    """
    with _lock:
        first = not _checked
        _checked.add(COLLECTION)
    if first:
        sync_catalog()
    return search.find(COLLECTION, query)


def sync_catalog(course_keys: Sequence[CourseKey] | None = None) -> int:
    """Bring the documents of courses, or of all, up to date; return how many were not.

    One statement, and the reading of what is stale. Raises SearchUnavailableError.
    """
    listed = _listed_stamps(course_keys)
    had = search.stamps(COLLECTION)
    if course_keys is not None:
        asked = {str(key) for key in course_keys}
        had = {name: stamp for name, stamp in had.items() if name in asked}
    gone = [name for name in had if name not in listed]
    stale = [name for name, stamp in listed.items() if had.get(name) != stamp]
    search.remove(COLLECTION, gone)
    for place in range(0, len(stale), _BATCH):
        keys = [parse_course_key(name) for name in stale[place : place + _BATCH]]
        runs = list_runs(listed_only=True, course_keys=keys)
        search.put(COLLECTION, list(_documents(runs)))
    return len(gone) + len(stale)


def sync_at_commit(info: CommitInfo) -> None:
    """Bring the course's document up to date after the transaction; the sweep mends a miss."""
    key = info.after.course_key
    transaction.on_commit(lambda: _sync_or_log(key))


def _sync_or_log(key: CourseKey) -> None:
    try:
        sync_catalog([key])
    except DomainError:
        _logger.warning("the catalogue's document of %s waits for the sweep", key, exc_info=True)


def _listed_stamps(course_keys: Sequence[CourseKey] | None) -> dict[str, str]:
    rows = CourseRun.objects.filter(catalog_visibility="both", head__published__isnull=False)
    if course_keys is not None:
        rows = rows.filter(head__course_key__in=[str(key) for key in course_keys])
    return {
        name: _stamp(version) for name, version in rows.values_list("head__course_key", "version")
    }


def _stamp(version: str) -> str:
    return f"{_FORM}:{version}"


def _documents(runs: Iterable[CourseRunData]) -> Iterable[search.Document]:
    for run in runs:
        try:
            yield _document(run)
        except DomainError:
            # One course that cannot be read keeps no other from being found.
            _logger.warning("%s is not in the catalogue", run.course_key, exc_info=True)


def _document(run: CourseRunData) -> search.Document:
    root = content.load_version(run.version).root
    hashes = {path: root.pages[path] for path in _TEXTS if path in root.pages}
    texts = content.get_texts(hashes.values())
    overview, effort = (plain(texts.get(hashes.get(path, ""), "")) for path in _TEXTS)
    settings = root.course.settings
    outcomes = settings.get("learning_info")
    sentences = outcomes if isinstance(outcomes, list) else []
    subjects = read_subjects(settings)
    end = run.facts.end
    return search.Document(
        name=str(run.course_key),
        stamp=_stamp(run.version),
        title=f"{run.display_name} {run.number} {run.org}",
        body=" ".join([plain(run.short_description), *map(plain, sentences), *subjects, overview]),
        facets={
            "subject": subjects,
            "language": (run.facts.language.replace("_", "-").lower(),) * bool(run.facts.language),
            "effort": read_effort(effort),
            "org": (run.org,),
        },
        since=run.facts.start.timestamp(),
        until=None if end is None else end.timestamp(),
    )


def read_subjects(course: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what ``other_course_settings`` names: ``{"subjects": ["Statistics"]}``."""
    other = course.get("other_course_settings")
    named = other.get("subjects") if isinstance(other, Mapping) else None
    names = named if isinstance(named, list) else [named]
    texts = [" ".join(name.split())[:100] for name in names if isinstance(name, str)]
    return tuple(dict.fromkeys(text for text in texts if text))[:_MOST_SUBJECTS]


def read_effort(text: str) -> tuple[str, ...]:
    """Return the step of EFFORT_STEPS that an author's text falls into, as text; () for none.

    "3-5 hours a week" is 5: the most that is asked. "5:30" is five hours and a half.
    """
    hours = [read_number(number.replace(",", ".")) for number in _HOURS.findall(text[:200])]
    clock = re.fullmatch(r"(\d{1,3}):(\d{2})(?::\d{2})?", text.strip())
    if clock:
        hours = [int(clock[1]) + int(clock[2]) / 60]
    most = max((hour for hour in hours if hour is not None), default=0.0)
    if not 0 < most <= 168:
        return ()
    return (str(sum(most > step for step in EFFORT_STEPS)),)


def plain(value: Any) -> str:
    """Return the words of a text without its markup; "" for what is no text."""
    return _MARKUP.sub(" ", value) if isinstance(value, str) else ""
