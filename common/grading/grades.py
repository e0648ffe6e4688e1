"""Record scores and keep grades: what happens in the short transaction of a submission, and reads.

The caller of a writing function holds the learner's enrollment lock (``lock_enrollment``), taken
first in the transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from common.core.keys import BlockKey
from common.courses.data import CourseOutline, CourseRunData, Viewer
from common.grading.data import (
    BlockScore,
    CourseGrade,
    CourseGradeView,
    GradeUpdate,
    ScoreChange,
    ScoreInput,
    StoredGrade,
)
from common.grading.events import EventMaker
from common.grading.gradebook import (
    grade_course,
    plan_of,
    stamp_of,
    touched_subsections,
    with_own_dates,
)
from common.grading.ledger import (
    GradeRows,
    Ledger,
    read_ledger,
    read_scores,
    read_scores_in_runs,
    read_stored_grade,
    write_scores,
)
from common.grading.models import CourseGradeRow, Score
from common.grading.restamp import queue_restamp
from common.tracking.api import Event, record


def record_scores(
    *,
    run: CourseRunData,
    outline: CourseOutline,
    viewer: Viewer,
    scores: Sequence[ScoreInput],
    now: datetime,
    published: str | None = None,
    events: list[Event] | None = None,
) -> GradeUpdate:
    """Record scores of one learner and bring their grades up to date.

    Statements: one read; one write each for scores, subsection grades and the course grade.
    ``published`` is what ``lock_enrollment`` gave: when it is not the outline's version, somebody
    published meanwhile, the grades are stamped as stale, and a job brings them up to date.
    ``events`` collects the events, for a caller who records them with others in one INSERT;
    without it they are recorded here. Raises InvalidScoreError.
    """
    learner_id = _learner_of(viewer)
    ledger = read_ledger(run.id, learner_id)
    changes = tuple(ledger.apply(score, now) for score in scores)
    write_scores(run.id, learner_id, changes, now)
    return _write_grades(
        run=run,
        outline=outline,
        viewer=viewer,
        ledger=ledger,
        changes=changes,
        changed=[change.key for change in changes],
        now=now,
        published=published,
        events=events,
    )


def record_score(
    *,
    run_id: int,
    learner_id: int,
    key: BlockKey,
    raw_earned: float,
    raw_possible: float,
    version: str,
    now: datetime,
    only_if_higher: bool = False,
    deleted: bool = False,
    is_weighted: bool = False,
) -> ScoreChange:
    """Record one score, without the grades: ``update_grades`` must follow in the transaction.

    Two statements. ``record_scores`` does both in fewer. Raises InvalidScoreError.
    """
    score = ScoreInput(
        key=key,
        raw_earned=raw_earned,
        raw_possible=raw_possible,
        version=version,
        only_if_higher=only_if_higher,
        deleted=deleted,
        is_weighted=is_weighted,
    )
    ledger = Ledger(learner_id, scores=dict(find_scores(run_id, learner_id, [key])))
    change = ledger.apply(score, now)
    write_scores(run_id, learner_id, [change], now)
    return change


def update_grades(
    *,
    run: CourseRunData,
    learner_id: int,
    outline: CourseOutline,
    viewer: Viewer,
    changed: Collection[BlockKey],
    now: datetime,
    published: str | None = None,
    events: list[Event] | None = None,
) -> CourseGrade:
    """Bring the grades of a learner up to date after the scores of ``changed`` blocks changed.

    Three statements: all scores, the subsections that hold a changed block, the course grade.
    """
    ledger = read_ledger(run.id, learner_id)
    update = _write_grades(
        run=run,
        outline=outline,
        viewer=viewer,
        ledger=ledger,
        changes=(),
        changed=changed,
        now=now,
        published=published,
        events=events,
    )
    return update.view.grade


def _write_grades(
    *,
    run: CourseRunData,
    outline: CourseOutline,
    viewer: Viewer,
    ledger: Ledger,
    changes: tuple[ScoreChange, ...],
    changed: Collection[BlockKey],
    now: datetime,
    published: str | None,
    events: list[Event] | None,
) -> GradeUpdate:
    view = grade_course(outline, viewer, ledger.scores, now)
    touched = touched_subsections(plan_of(outline, viewer, now), ledger.scores, changed)
    rows = GradeRows(run.id, now)
    rows.add(ledger, view, stamp_of(outline, viewer, now), touched)
    rows.write()
    maker = EventMaker.begin(run, viewer, now)
    problems = {problem.key: problem for grade in touched for problem in grade.problems}
    happened = [
        *filter(None, (maker.problem(change, problems.get(change.key)) for change in changes)),
        *(maker.subsection(grade, outline.version) for grade in touched),
        maker.course(outline, view),
        *maker.passing(ledger.grade, view),
    ]
    if events is None:
        record(happened)
    else:
        events += happened
    if published is not None and published != outline.version:
        queue_restamp(run.course_key)
    return GradeUpdate(changes=changes, view=view, before=ledger.grade)


def find_scores(
    run_id: int, learner_id: int, keys: Collection[BlockKey]
) -> dict[BlockKey, BlockScore]:
    """Return the recorded scores of a learner on some blocks, one statement."""
    return read_scores(run_id, learner_id, keys=keys) if keys else {}


def find_scores_in_runs(
    learner_id: int, keys: Mapping[int, Collection[BlockKey]]
) -> dict[int, dict[BlockKey, BlockScore]]:
    """Return the recorded scores of a learner on some blocks of runs, by run. One statement."""
    return read_scores_in_runs(learner_id, keys) if any(keys.values()) else {}


def get_course_grade(
    run: CourseRunData, learner_id: int, outline: CourseOutline, viewer: Viewer, now: datetime
) -> CourseGradeView:
    """Return a learner's grade, opened up: computed from the scores. One statement, no write."""
    view = grade_course(outline, viewer, read_scores(run.id, learner_id), now)
    return with_own_dates(view, outline, viewer)


def get_grade_summary(
    run: CourseRunData, learner_id: int, outline: CourseOutline, viewer: Viewer, now: datetime
) -> CourseGrade:
    """Return a learner's grade: the stored one while its stamp is current, else computed.

    One statement, two when the stored grade is stale. The same numbers as ``get_course_grade``.
    """
    stored = read_stored_grade(run.id, learner_id)
    if stored is not None and stored.stamp.holds(stamp_of(outline, viewer, now), now):
        return CourseGrade(stored.percent, stored.letter, stored.is_passing)
    return get_course_grade(run, learner_id, outline, viewer, now).grade


def find_stored_grade(run_id: int, learner_id: int) -> StoredGrade | None:
    """Return the course grade that was written last, current or not. One statement."""
    return read_stored_grade(run_id, learner_id)


def list_scores_of_block(
    run_id: int, key: BlockKey, *, after: int = 0, limit: int
) -> list[tuple[int, BlockScore]]:
    """Return the next learners with a score on a block, by learner id. One statement."""
    rows = Score.objects.filter(run_id=run_id, block=str(key), learner_id__gt=after)
    return [
        (
            row.learner_id,
            BlockScore(
                key=key,
                raw_earned=row.raw_earned,
                raw_possible=row.raw_possible,
                graded_version=row.version,
                attempted_at=row.attempted_at,
                is_weighted=row.is_weighted,
            ),
        )
        for row in rows.order_by("learner_id")[:limit]
    ]


def count_passing(run_id: int) -> int:
    """Return how many learners pass by their stored grades. One statement."""
    return CourseGradeRow.objects.filter(run_id=run_id, is_passing=True).count()


def find_passed_runs(learner_id: int, run_ids: Collection[int]) -> set[int]:
    """Return those of the runs that a learner has ever passed. One statement."""
    rows = CourseGradeRow.objects.filter(
        learner_id=learner_id, run_id__in=run_ids, passed_at__isnull=False
    )
    return set(rows.values_list("run_id", flat=True))


def _learner_of(viewer: Viewer) -> int:
    if viewer.user_id is None:
        raise TypeError("scores belong to somebody who is signed in")
    return viewer.user_id
