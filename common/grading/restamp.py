"""Bring stored grades up to date after a publish, a move, or when a date passes.

A job walks the graded learners of a run by id: all of them after a publish, those whose grade is
due (``valid_until``) otherwise. Learners whose stamps are current cost nothing but the reading;
the others are regraded a few at a time, each few in one short transaction under their enrollment
locks, so that no learner's own submission waits for long. Who cannot be graded is passed over, and
told of when the walk has ended.

Whoever changes a learner's groups, roles or mode makes their grade due in the same transaction.
The job is queued when that commits, or by the sweep (``repair``) if the process died between.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.db import InterfaceError, OperationalError, transaction

from common.content.data import CommitInfo
from common.core.errors import UnavailableError
from common.core.keys import CourseKey
from common.courses.api import find_run_and_heads, get_outline
from common.courses.data import CourseOutline, CourseRunData, Viewer
from common.enrollments.api import get_viewers, lock_enrollments
from common.grading.data import Stamp
from common.grading.events import RESTAMPED, EventMaker
from common.grading.gradebook import grade_course, stamp_of
from common.grading.ledger import GradeRows, Ledger, read_ledgers, to_stored_grade
from common.grading.models import CourseGradeRow
from common.tasks.api import enqueue
from common.tracking.api import Event, record

KIND: Final = "grading.restamp"
# Learners read in one statement, and regraded in one transaction: the locks of the latter are
# held for some 20 ms.
BATCH: Final = 200
CHUNK: Final = 10
STEP_SECONDS: Final = 20.0
# So many who cannot be graded before the first who can: it is not the learners.
TOO_MANY: Final = 30
# Due whatever the clock of a process says.
_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)

# Servers that do not answer: the step is tried again as a whole.
_NOT_THE_LEARNER = (OperationalError, InterfaceError, UnavailableError)

logger = logging.getLogger(__name__)


class UngradableError(RuntimeError):
    """Nobody of a run can be graded: what fails is the course, or the code."""


def queue_restamp(course_key: CourseKey, *, only_due: bool = False) -> None:
    """Queue the job in the caller's transaction; one of a sort at a time runs for a run.

    ``only_due`` regrades those whose time is over, without looking at all learners.
    """
    enqueue(
        kind=KIND,
        parameters={"course_key": str(course_key), "only_due": only_due},
        course_key=str(course_key),
        dedupe_key=f"{KIND}{'.due' if only_due else ''}:{course_key}",
    )


def restamp_after_move(run_id: int, learner_id: int, course_key: CourseKey) -> None:
    """Make the stored grade of a learner due: their groups, roles or mode change.

    Called in the transaction of the change, with their enrollment locked. One statement.
    """
    graded = CourseGradeRow.objects.filter(run_id=run_id, learner_id=learner_id)
    if graded.update(valid_until=_LONG_AGO):
        # Not in the transaction: it would hold the job's row, and so make moves wait for others.
        transaction.on_commit(lambda: queue_restamp(course_key, only_due=True), robust=True)


def restamp_at_commit(info: CommitInfo) -> None:
    """Queue a restamp when learners see another version. Called in the transaction of a publish."""
    if info.before is not None and info.published_changed and info.after.published is not None:
        queue_restamp(info.course_key)


def next_graded(
    run_id: int, *, after: int, limit: int, due_at: datetime | None = None
) -> list[tuple[int, Stamp]]:
    """Return the next learners with a stored grade, and its stamp, by learner id.

    ``due_at``: only grades whose time is over then.
    """
    rows = CourseGradeRow.objects.filter(run_id=run_id, learner_id__gt=after)
    if due_at is not None:
        rows = rows.filter(valid_until__lte=due_at)
    return [
        (row.learner_id, to_stored_grade(row).stamp) for row in rows.order_by("learner_id")[:limit]
    ]


@dataclass(frozen=True, slots=True)
class Walked:
    """How far a walk over the graded learners of a run came.

    ``last`` is the last id seen, 0 when there are no more; ``done`` how many were regraded;
    ``skipped`` those whose grade could not be made.
    """

    last: int
    done: int
    skipped: tuple[int, ...] = ()


def restamp_batch(
    course_key: CourseKey,
    *,
    after: int,
    now: datetime,
    limit: int = BATCH,
    only_due: bool = False,
) -> Walked:
    """Regrade the next learners whose stamps are stale.

    Stops early, and takes up from the last id, when a step's time is over.
    """
    found = find_run_and_heads(course_key)
    if found is None or found[1].published is None:
        return Walked(0, 0)
    run, heads = found
    outline = get_outline(heads.published or "")
    graded = next_graded(run.id, after=after, limit=limit, due_at=now if only_due else None)
    viewers = get_viewers(run.id, course_key, [learner for learner, _ in graded])
    stale = [
        learner
        for learner, stamp in graded
        if learner not in viewers or not _is_current(outline, viewers[learner], stamp, now)
    ]
    done, skipped = 0, list[int]()
    deadline = time.monotonic() + STEP_SECONDS
    for start in range(0, len(stale), CHUNK):
        if start and time.monotonic() > deadline:
            return Walked(stale[start - 1], done, tuple(skipped))
        chunk = stale[start : start + CHUNK]
        some, failed = _restamp_chunk(run, outline, viewers, chunk, now)
        done += some
        skipped += failed
        if not done and len(skipped) >= TOO_MANY:
            raise UngradableError(f"{len(skipped)} learners in a row, {skipped[-1]} the last")
    return Walked(graded[-1][0] if len(graded) == limit else 0, done, tuple(skipped))


def _is_current(outline: CourseOutline, viewer: Viewer, stamp: Stamp, now: datetime) -> bool:
    try:
        return stamp.holds(stamp_of(outline, viewer, now), now)
    except Exception:
        # The regrading will say why.
        logger.debug("no stamp can be made for learner %s", viewer.user_id, exc_info=True)
        return False


def _restamp_chunk(
    run: CourseRunData,
    outline: CourseOutline,
    viewers: dict[int, Viewer],
    chunk: Sequence[int],
    now: datetime,
) -> tuple[int, list[int]]:
    """Regrade a few learners, one by one if that fails; return how many, and who could not be."""
    try:
        return restamp_learners(run, outline, viewers, chunk, now=now), []
    except _NOT_THE_LEARNER:
        raise
    except Exception as error:
        # Whatever it is that one learner has, the others shall not wait for it.
        if len(chunk) > 1:
            parts = [_restamp_chunk(run, outline, viewers, [one], now) for one in chunk]
            return sum(done for done, _ in parts), [one for _, failed in parts for one in failed]
        logger.exception("learner %s of %s cannot be graded: %r", chunk[0], run.course_key, error)
        return 0, list(chunk)


def restamp_learners(
    run: CourseRunData,
    outline: CourseOutline,
    viewers: dict[int, Viewer],
    learner_ids: Sequence[int],
    *,
    now: datetime,
) -> int:
    """Regrade a few learners in one transaction; return how many.

    Passing and failing is told to the event log once: it goes by the row that the same
    transaction writes. When somebody publishes meanwhile, nothing is done: their job follows.
    Nor for a learner who was moved since ``viewers`` was read.
    """
    with transaction.atomic():
        locked = lock_enrollments(run.id, learner_ids)
        if any(lock.published != outline.version for lock in locked):
            return 0
        known = [lock.enrollment for lock in locked if lock.enrollment.learner_id in viewers]
        ids = [
            enrollment.learner_id
            for enrollment in known
            if enrollment.standing == viewers[enrollment.learner_id].standing
        ]
        ledgers = read_ledgers(run.id, ids)
        rows = GradeRows(run.id, now)
        events: list[Event] = []
        for learner_id in ids:
            events += _regrade(run, outline, viewers[learner_id], ledgers[learner_id], rows)
        rows.write()
        record(events)
        _retire(run.id, set(learner_ids) - {enrollment.learner_id for enrollment in known})
    return len(ids)


def _regrade(
    run: CourseRunData, outline: CourseOutline, viewer: Viewer, ledger: Ledger, rows: GradeRows
) -> list[Event]:
    now = rows.now
    view = grade_course(outline, viewer, ledger.scores, now)
    before = ledger.grade
    rows.add(
        ledger,
        view,
        stamp_of(outline, viewer, now),
        (grade for grade in view.subsections if grade.is_attempted),
    )
    maker = EventMaker(run, viewer, now, transaction_type=RESTAMPED, from_task=True)
    events = maker.passing(before, view)
    if before is None or before.percent != view.percent or before.letter != view.letter:
        events.insert(0, maker.course(outline, view))
    return events


def _retire(run_id: int, learner_ids: set[int]) -> None:
    # Enrollments are kept for ever, so these were removed by hand: nobody reads the grade, and
    # the sweep must not come back to it.
    if learner_ids:
        CourseGradeRow.objects.filter(run_id=run_id, learner_id__in=learner_ids).update(
            version="", audience="", valid_until=None
        )
