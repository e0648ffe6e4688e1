"""Read and write the rows of scores and grades, in as few statements as can be.

Writers hold the learner's enrollment lock; everything here runs in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import CharField, DateTimeField, QuerySet, Value

from common.core.db import upsert
from common.core.keys import BlockKey
from common.core.prepared import prepared
from common.grading.data import (
    BlockScore,
    CourseGradeView,
    ScoreChange,
    ScoreInput,
    ScoreOutcome,
    Stamp,
    StoredGrade,
    SubsectionGrade,
)
from common.grading.models import CourseGradeRow, Score, SubsectionGradeRow


@dataclass(slots=True)
class Ledger:
    """What is stored for one learner in a run: scores by block, and the course grade if any."""

    learner_id: int
    scores: dict[BlockKey, BlockScore] = field(default_factory=dict)
    grade: StoredGrade | None = None

    def apply(self, score: ScoreInput, now: datetime) -> ScoreChange:
        """Take a score into ``scores``, if the rules let it; nothing is written."""
        before = self.scores.get(score.key)
        after: BlockScore | None = BlockScore(
            key=score.key,
            raw_earned=score.raw_earned,
            raw_possible=score.raw_possible,
            graded_version=score.version,
            attempted_at=now,
            is_weighted=score.is_weighted,
        )
        outcome = _outcome(before, score)
        if outcome is ScoreOutcome.STORED and after is not None:
            self.scores[score.key] = after
        elif outcome is ScoreOutcome.DELETED:
            self.scores.pop(score.key, None)
            after = None
        else:
            after = before
        return ScoreChange(key=score.key, outcome=outcome, before=before, after=after)


def _outcome(before: BlockScore | None, score: ScoreInput) -> ScoreOutcome:
    if before is None:
        return ScoreOutcome.UNCHANGED if score.deleted else ScoreOutcome.STORED
    if before.is_weighted and not score.is_weighted:
        return ScoreOutcome.KEPT_WEIGHTED
    if score.deleted:
        return ScoreOutcome.DELETED
    if score.only_if_higher and _share(score) < _share(before):
        return ScoreOutcome.KEPT_HIGHER
    same = (
        before.raw_earned == score.raw_earned
        and before.raw_possible == score.raw_possible
        and before.graded_version == score.version
        and before.is_weighted == score.is_weighted
    )
    return ScoreOutcome.UNCHANGED if same else ScoreOutcome.STORED


def _share(score: BlockScore | ScoreInput) -> float:
    return score.raw_earned / score.raw_possible if score.raw_possible else 0.0


_SCORE_COLUMNS = ("block", "raw_earned", "raw_possible", "version", "is_weighted", "attempted_at")


def read_scores(
    run_id: int, learner_id: int, *, keys: Collection[BlockKey] | None = None
) -> dict[BlockKey, BlockScore]:
    """Return the scores of a learner in a run, all or those on ``keys``. One statement."""
    found = Score.objects.filter(run_id=run_id, learner_id=learner_id)
    if keys is not None:
        found = found.filter(block__in=[str(key) for key in keys])
    rows = found.values_list(*_SCORE_COLUMNS)
    return {(score := _to_score(*row)).key: score for row in rows}


def read_scores_in_runs(
    learner_id: int, keys: Mapping[int, Collection[BlockKey]]
) -> dict[int, dict[BlockKey, BlockScore]]:
    """Return, by run, the scores of a learner on ``keys`` of each. One statement."""
    blocks = {str(key) for found in keys.values() for key in found}
    rows = Score.objects.filter(learner_id=learner_id, run_id__in=list(keys), block__in=blocks)
    found: dict[int, dict[BlockKey, BlockScore]] = {}
    # The same name may be asked for in one run and not in another.
    wanted = {run_id: frozenset(some) for run_id, some in keys.items()}
    for run_id, *values in rows.values_list("run_id", *_SCORE_COLUMNS):
        score = _to_score(*values)
        if score.key in wanted[run_id]:
            found.setdefault(run_id, {})[score.key] = score
    return found


def _to_score(
    block: str, earned: float, possible: float, version: str, weighted: bool, attempted_at: datetime
) -> BlockScore:
    return BlockScore(
        key=BlockKey.parse(block),
        raw_earned=earned,
        raw_possible=possible,
        graded_version=version,
        attempted_at=attempted_at,
        is_weighted=bool(weighted),
    )


def read_stored_grade(run_id: int, learner_id: int) -> StoredGrade | None:
    """Return the course grade that was written last. One statement."""
    row = CourseGradeRow.objects.filter(run_id=run_id, learner_id=learner_id).first()
    return None if row is None else to_stored_grade(row)


def to_stored_grade(row: CourseGradeRow) -> StoredGrade:
    """Return a row as data."""
    stamp = Stamp(row.version, row.audience, row.valid_from, row.valid_until)
    return StoredGrade(
        row.percent, row.letter, row.is_passing, row.passed_at, stamp, row.generation
    )


def read_ledger(run_id: int, learner_id: int) -> Ledger:
    """Return the scores and the course grade of a learner. One statement."""
    ledger = Ledger(learner_id)
    for row in _rows_of_one(run_id=run_id, learner_id=learner_id):
        _enter(ledger, row[1:])
    return ledger


def read_ledgers(run_id: int, learner_ids: Collection[int]) -> dict[int, Ledger]:
    """Return the scores and course grades of several learners. One statement."""
    ledgers = {learner_id: Ledger(learner_id) for learner_id in learner_ids}
    for row in _rows(run_id=run_id, learner_id__in=learner_ids):
        _enter(ledgers[row[0]], row[1:])
    return ledgers


@prepared
def _rows_of_one(run_id: Any, learner_id: Any) -> QuerySet[Any, Any]:
    return _rows(run_id=run_id, learner_id=learner_id)


def _rows(**place: Any) -> QuerySet[Any, Any]:
    text = Value("", output_field=CharField())
    instant = Value(None, output_field=DateTimeField())
    scores = Score.objects.filter(**place).values_list(
        "learner_id",
        "block",
        "raw_earned",
        "raw_possible",
        "version",
        "is_weighted",
        "attempted_at",
        text,
        text,
        instant,
        instant,
    )
    # A course grade in the columns of a score, without a block.
    grades = CourseGradeRow.objects.filter(**place).values_list(
        "learner_id",
        text,
        "percent",
        "generation",
        "version",
        "is_passing",
        "passed_at",
        "letter",
        "audience",
        "valid_from",
        "valid_until",
    )
    return scores.union(grades, all=True)


def _enter(ledger: Ledger, row: tuple[Any, ...]) -> None:
    block, first, second, version, flag, instant, letter, audience, since, until = row
    if block:
        score = _to_score(block, first, second, version, flag, instant)
        ledger.scores[score.key] = score
    else:
        stamp = Stamp(version, audience, since, until)
        ledger.grade = StoredGrade(first, letter, bool(flag), instant, stamp, int(second))


def write_scores(
    run_id: int, learner_id: int, changes: Sequence[ScoreChange], now: datetime
) -> None:
    """Write what ``Ledger.apply`` changed. One statement, one more when scores were deleted.

    Of several changes of one block the last one decides whether its row stays.
    """
    last = {change.key: change for change in changes}
    written = {change.key for change in changes if change.outcome is ScoreOutcome.STORED}
    upsert(
        [
            Score(
                run_id=run_id,
                learner_id=learner_id,
                block=str(key),
                raw_earned=score.raw_earned,
                raw_possible=score.raw_possible,
                is_weighted=score.is_weighted,
                version=score.graded_version,
                attempted_at=score.attempted_at,
                changed_at=now,
            )
            for key, change in last.items()
            if key in written and (score := change.after) is not None
        ],
        key=["run", "learner", "block"],
        update=[
            "raw_earned",
            "raw_possible",
            "is_weighted",
            "version",
            "attempted_at",
            "changed_at",
        ],
    )
    gone = [str(key) for key, change in last.items() if change.after is None]
    if any(change.outcome is ScoreOutcome.DELETED for change in changes) and gone:
        Score.objects.filter(run_id=run_id, learner_id=learner_id, block__in=gone).delete()


@dataclass(slots=True)
class GradeRows:
    """Rows of grades to be written together."""

    run_id: int
    now: datetime
    subsections: list[SubsectionGradeRow] = field(default_factory=list)
    courses: list[CourseGradeRow] = field(default_factory=list)

    def add(
        self,
        ledger: Ledger,
        view: CourseGradeView,
        stamp: Stamp,
        touched: Iterable[SubsectionGrade],
    ) -> None:
        """Add the grades of a learner: the course's, and those of the touched subsections.

        Under another stamp than before, those of all subsections with an attempt: the others'
        rows stay behind with an old generation.
        """
        before = ledger.grade
        generation = 1 if before is None else before.generation
        if before is not None and before.stamp != stamp:
            generation += 1
        if before is None or before.stamp != stamp:
            touched = (grade for grade in view.subsections if grade.is_attempted)
        self._add_subsections(ledger.learner_id, touched, generation)
        passed_at = None if before is None else before.passed_at
        if passed_at is None and view.is_passing:
            passed_at = self.now
        self._add_course(ledger.learner_id, view, stamp, passed_at, generation)

    def _add_subsections(
        self, learner_id: int, grades: Iterable[SubsectionGrade], generation: int
    ) -> None:
        for grade in grades:
            attempts = [p.attempted_at for p in grade.problems if p.attempted_at is not None]
            self.subsections.append(
                SubsectionGradeRow(
                    run_id=self.run_id,
                    learner_id=learner_id,
                    block=str(grade.key),
                    earned=grade.total.earned,
                    possible=grade.total.possible,
                    graded_earned=grade.graded_total.earned,
                    graded_possible=grade.graded_total.possible,
                    first_attempted_at=min(attempts, default=None),
                    generation=generation,
                    updated_at=self.now,
                )
            )

    def _add_course(
        self,
        learner_id: int,
        view: CourseGradeView,
        stamp: Stamp,
        passed_at: datetime | None,
        generation: int,
    ) -> None:
        self.courses.append(
            CourseGradeRow(
                run_id=self.run_id,
                learner_id=learner_id,
                percent=view.percent,
                letter=view.letter[:255],
                is_passing=view.is_passing,
                passed_at=passed_at,
                version=stamp.version,
                audience=stamp.audience,
                valid_from=stamp.valid_from,
                valid_until=stamp.valid_until,
                generation=generation,
                updated_at=self.now,
            )
        )

    def write(self) -> None:
        """Write all rows. One statement for each kind."""
        upsert(
            self.subsections,
            key=["run", "learner", "block"],
            # Not first_attempted_at: the first write knows it.
            update=[
                "earned",
                "possible",
                "graded_earned",
                "graded_possible",
                "generation",
                "updated_at",
            ],
        )
        upsert(
            self.courses,
            key=["run", "learner"],
            update=[
                "percent",
                "letter",
                "is_passing",
                "passed_at",
                "version",
                "audience",
                "valid_from",
                "valid_until",
                "generation",
                "updated_at",
            ],
        )
