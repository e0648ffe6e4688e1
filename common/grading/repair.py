"""Find stored grades that nobody brought up to date, and queue the job that does.

Whoever makes grades stale queues a restamp. This sweep is for the rest: dates that pass, releases
that grade by other rules, processes that died in between, and jobs that failed for good, of which
nothing else would ever come back.
It asks the stored stamps themselves, by two indexes, so it costs the same with millions of
learners: the number of runs counts, not theirs.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from common.core.duties import Duty, DutyHold
from common.core.keys import parse_course_key
from common.grading.gradebook import basis
from common.grading.models import CourseGradeRow
from common.grading.restamp import KIND, queue_restamp
from common.tasks.api import find_jobs

SWEEP_SECONDS: Final = 60.0
# Runs queued in one round; the others' turn comes with the next ones.
RUNS: Final = 100
# A job that failed for good, or was cancelled, is not begun anew before: what it failed of may
# take a person, and the log should stay readable until they come.
PAUSE: Final = timedelta(minutes=10)


def queue_due_restamps(now: datetime) -> int:
    """Queue a restamp for every run with a grade whose time is over; return how many."""
    keys = CourseGradeRow.objects.filter(valid_until__lte=now).values_list(
        "run__head__course_key", flat=True
    )
    return _queue(sorted(set(keys.distinct())), now, only_due=True)


def queue_stale_restamps(now: datetime) -> int:
    """Queue a restamp for runs with grades of another version or other rules; return how many.

    One statement for all runs, one more for each that is found. It reads the first and the
    last version that is stored in a run, and the first and the last audience: they are the
    published one, and begin as all do now, unless grades are stale.
    """
    return _queue(list(_stale_runs()), now, only_due=False)


def _stale_runs() -> QuerySet[Any, Any]:
    """Return the course keys of published runs that have a grade of other content or rules."""
    runs: Any = CourseGradeRow._meta.get_field("run").related_model
    published, rules = F("head__published"), basis()
    found: QuerySet[Any, Any] = (
        runs.objects.filter(head__published__isnull=False)
        .annotate(
            first_version=_outermost("version"),
            last_version=_outermost("-version"),
            first_audience=_outermost("audience"),
            last_audience=_outermost("-audience"),
        )
        .filter(
            Q(first_version__lt=published)
            | Q(last_version__gt=published)
            | Q(first_audience__lt=rules)
            # Behind all that begin so: the digits are hexadecimal.
            | Q(last_audience__gt=f"{rules}g")
        )
        .order_by("pk")
        .values_list("head__course_key", flat=True)
    )
    return found


def _outermost(order: str) -> Subquery:
    """Return the first of a run in this order, what ``restamp`` retired left aside.

    Not MIN and MAX: databases read all of a run for them here.
    """
    column = order.removeprefix("-")
    kept = CourseGradeRow.objects.filter(**{"run": OuterRef("pk"), f"{column}__gt": ""})
    return Subquery(kept.order_by(order).values(column)[:1])


def _queue(course_keys: Iterable[str], now: datetime, *, only_due: bool) -> int:
    queued = 0
    for key in course_keys:
        # Those in hand do not count: runs that fail again and again must not keep the others out.
        if queued == RUNS:
            break
        if _is_in_hand(key, now, only_due=only_due):
            continue
        with transaction.atomic():
            queue_restamp(parse_course_key(key), only_due=only_due)
        queued += 1
    return queued


def _is_in_hand(course_key: str, now: datetime, *, only_due: bool) -> bool:
    """Tell whether a job of this sort waits or runs, or ended without success a moment ago."""
    for found in find_jobs(course_key=course_key, kinds=[KIND], limit=20):
        if bool(found.parameters.get("only_due")) is not only_due:
            continue
        if found.finished_at is None:
            return True
        return bool(found.error or found.cancel_requested) and found.finished_at > now - PAUSE
    return False


def _sweep(hold: DutyHold) -> None:
    now = timezone.now()
    queue_due_restamps(now)
    if hold.keep():
        queue_stale_restamps(now)


SWEEP = Duty(name=f"{KIND}.sweep", interval_seconds=SWEEP_SECONDS, run=_sweep)
