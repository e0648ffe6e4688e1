"""May somebody join a run? Finds what the rules ask and asks them: pages and ``enroll`` alike."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime

from common.accounts.api import find_email_domains
from common.content.data import Heads
from common.core.errors import NotFoundError
from common.core.keys import CourseKey, parse_course_key
from common.courses.api import (
    Access,
    Action,
    Joining,
    check_access,
    list_runs,
    lock_run,
)
from common.courses.data import CourseRunData, Viewer
from common.enrollments.models import Enrollment

PassedRuns = Callable[[int, Collection[int]], Collection[int]]
_passed_runs: PassedRuns | None = None


def set_passed_runs(find: PassedRuns) -> None:
    """Say who knows which runs a learner has passed: ``find(learner id, run ids) -> run ids``."""
    global _passed_runs
    _passed_runs = find


def check_enroll(
    run: CourseRunData, heads: Heads, viewer: Viewer, now: datetime, *, lock: bool = False
) -> Access:
    """Say whether a person may join a run, and which rule is in the way.

    ``lock``: in a transaction, keeps places from being taken until it ends. Statements: none for
    a run without a cap, domains and courses that come first; else one for the cap (two with the
    lock), one for domains, two for the courses.
    """
    published = heads.published is not None
    hoped = Joining(published, email_domains=frozenset(run.facts.enrollment_domains))
    access = check_access(viewer, run, None, Action.ENROLL, now, joining=hoped)
    if not access.allowed or viewer.is_enrolled:
        # Nothing that could be found out would change this.
        return access
    found = replace(_find(run, viewer, lock), published=published)
    return check_access(viewer, run, None, Action.ENROLL, now, joining=found)


def _find(run: CourseRunData, viewer: Viewer, lock: bool) -> Joining:
    facts, person = run.facts, viewer.user_id
    asked = person is not None and not viewer.is_staff
    domains: frozenset[str] = frozenset()
    missing: tuple[str, ...] = ()
    if asked and person is not None and facts.enrollment_domains:
        domains = find_email_domains(person)
    if asked and person is not None and facts.prerequisites:
        missing = _find_missing(person, facts.prerequisites)
    taken = 0
    if facts.max_enrollments is not None:
        if lock:
            # Two who ask for the last place must not both find it free.
            lock_run(run.id)
        taken = Enrollment.objects.filter(run_id=run.id, is_active=True).count()
    return Joining(taken=taken, email_domains=domains, missing=missing)


def _find_missing(learner_id: int, names: Collection[str]) -> tuple[str, ...]:
    """Return those of the courses that the learner has not passed, in the author's order.

    A name that no course here has stays: nobody has passed it. The author meant a condition.
    """
    runs = list_runs(course_keys=[key for key in map(_key, names) if key is not None])
    passed: Collection[int] = ()
    if runs and _passed_runs is not None:
        passed = _passed_runs(learner_id, [run.id for run in runs])
    done = {str(run.course_key) for run in runs if run.id in passed}
    return tuple(name for name in dict.fromkeys(names) if str(_key(name)) not in done)


def _key(name: str) -> CourseKey | None:
    try:
        return parse_course_key(name)
    except NotFoundError:
        return None
