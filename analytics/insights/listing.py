"""Courses and how many take them, counted when asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from common.accounts.api import Places
from common.core.keys import CourseKey
from common.courses.api import list_runs
from common.enrollments.api import count_active

PAGE_SIZE: Final = 100


@dataclass(frozen=True, slots=True)
class CountedCourse:
    """One course and its active enrollments."""

    course_key: CourseKey
    title: str
    label: str
    learners: int


@dataclass(frozen=True, slots=True)
class CountedPage:
    """One page of courses; ``next_after`` continues it."""

    rows: tuple[CountedCourse, ...]
    next_after: int | None

    @property
    def total(self) -> int:
        return sum(row.learners for row in self.rows)

    @property
    def largest(self) -> int:
        return max((row.learners for row in self.rows), default=0)


def list_courses(places: Places | None, *, after: int = 0) -> CountedPage:
    """Return courses at ``places`` (None: all). Two statements: courses, counts."""
    if places is None:
        runs = list_runs(after_id=after, limit=PAGE_SIZE + 1)
    elif places.course_keys or places.orgs:
        runs = list_runs(
            course_keys=places.course_keys,
            orgs=places.orgs,
            after_id=after,
            limit=PAGE_SIZE + 1,
        )
    else:
        return CountedPage(rows=(), next_after=None)
    shown = runs[:PAGE_SIZE]
    counts = count_active([run.id for run in shown])
    rows = tuple(
        CountedCourse(
            course_key=run.course_key,
            title=run.display_name,
            label=f"{run.org} · {run.number} · {run.run}",
            learners=counts.get(run.id, 0),
        )
        for run in shown
    )
    return CountedPage(rows=rows, next_after=shown[-1].id if len(runs) > PAGE_SIZE else None)
