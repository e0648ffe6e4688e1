"""Courses as rows of Studio's list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from common.accounts.api import Places
from common.core.keys import CourseKey
from common.courses.api import list_runs
from common.courses.data import DEFAULT_START, CourseRunData

PAGE_SIZE: Final = 100


@dataclass(frozen=True, slots=True)
class AuthoredCourse:
    """One course in Studio's list. ``start`` None: its authors named none."""

    course_key: CourseKey
    title: str
    label: str
    start: datetime | None
    end: datetime | None
    is_over: bool


@dataclass(frozen=True, slots=True)
class AuthoredPage:
    """One page of the list; ``next_after`` continues it."""

    rows: tuple[AuthoredCourse, ...]
    next_after: int | None


def list_authored(places: Places | None, query: str, after: int, now: datetime) -> AuthoredPage:
    """Return a page of the courses at ``places`` (None: all). At most one statement."""
    if places is None:
        runs = list_runs(search=query, after_id=after, limit=PAGE_SIZE + 1)
    elif places.course_keys or places.orgs:
        runs = list_runs(
            search=query,
            course_keys=places.course_keys,
            orgs=places.orgs,
            after_id=after,
            limit=PAGE_SIZE + 1,
        )
    else:
        runs = []
    shown = runs[:PAGE_SIZE]
    return AuthoredPage(
        rows=tuple(_row(run, now) for run in shown),
        next_after=shown[-1].id if len(runs) > PAGE_SIZE else None,
    )


def _row(run: CourseRunData, now: datetime) -> AuthoredCourse:
    facts = run.facts
    return AuthoredCourse(
        course_key=run.course_key,
        title=run.display_name,
        label=f"{run.org} · {run.number} · {run.run}",
        start=None if facts.start == DEFAULT_START else facts.start,
        end=facts.end,
        is_over=facts.end is not None and now >= facts.end,
    )
