"""What the event log is told of grades (reference: analytics, section 2, family Grades)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from common.core.jsontext import sha256_hex
from common.core.keys import usage_key
from common.courses.data import CourseOutline, CourseRunData, Viewer
from common.grading.data import (
    CourseGradeView,
    ProblemScore,
    ScoreChange,
    ScoreOutcome,
    StoredGrade,
    SubsectionGrade,
)
from common.grading.gradebook import policy_hash_of
from common.tracking.api import Event

SUBMITTED = "edx.grades.problem.submitted"
RESTAMPED = "edx.grades.course.restamped"


@dataclass(frozen=True, slots=True)
class EventMaker:
    """Makes the events of one change of one learner's grades; they share a transaction id."""

    run: CourseRunData
    viewer: Viewer
    now: datetime
    transaction_type: str = SUBMITTED
    transaction_id: str = ""
    from_task: bool = False

    @classmethod
    def begin(cls, run: CourseRunData, viewer: Viewer, now: datetime) -> EventMaker:
        """Return a maker for a submission."""
        return cls(run, viewer, now, transaction_id=str(uuid4()))

    def _event(self, event_type: str, payload: Mapping[str, Any]) -> Event:
        common = {
            "course_id": str(self.run.course_key),
            "user_id": self.viewer.user_id,
            "event_transaction_id": self.transaction_id,
            "event_transaction_type": self.transaction_type,
        }
        return Event(
            event_type=event_type,
            payload={**common, **payload},
            course_key=self.run.course_key,
            user_id=self.viewer.user_id,
            username=self.viewer.username,
            source="task" if self.from_task else "server",
            time=self.now,
        )

    def problem(self, change: ScoreChange, score: ProblemScore | None) -> Event | None:
        """Return the event of one score; None when nothing changed."""
        problem_id = str(usage_key(self.run.course_key, change.key))
        if change.outcome is ScoreOutcome.DELETED:
            return self._event("edx.grades.problem.state_deleted", {"problem_id": problem_id})
        if change.outcome is not ScoreOutcome.STORED or change.after is None:
            return None
        earned = score.points.earned if score else change.after.raw_earned
        possible = score.points.possible if score else change.after.raw_possible
        return self._event(
            SUBMITTED,
            {
                "problem_id": problem_id,
                "weight": score.weight if score else None,
                "weighted_earned": earned,
                "weighted_possible": possible,
            },
        )

    def subsection(self, grade: SubsectionGrade, version: str) -> Event:
        """Return the event of a subsection grade that was computed anew."""
        blocks = "\n".join(str(problem.key) for problem in grade.problems)
        attempts = [p.attempted_at for p in grade.problems if p.attempted_at is not None]
        return self._event(
            "edx.grades.subsection.grade_calculated",
            {
                "block_id": str(usage_key(self.run.course_key, grade.key)),
                "weighted_total_earned": grade.total.earned,
                "weighted_total_possible": grade.total.possible,
                "weighted_graded_earned": grade.graded_total.earned,
                "weighted_graded_possible": grade.graded_total.possible,
                "first_attempted": min(attempts).isoformat() if attempts else None,
                "visible_blocks_hash": sha256_hex(blocks.encode())[:32],
                "course_version": version,
            },
        )

    def course(self, outline: CourseOutline, view: CourseGradeView) -> Event:
        """Return the event of a course grade that was computed anew."""
        return self._event(
            "edx.grades.course.grade_calculated",
            {
                "percent_grade": view.percent,
                "letter_grade": view.letter,
                "grading_policy_hash": policy_hash_of(outline),
                "course_version": view.version,
            },
        )

    def passing(self, before: StoredGrade | None, view: CourseGradeView) -> list[Event]:
        """Return the events of a learner who passes or fails now and did not before.

        The first pass has an event of its own, once ever.
        """
        was_passing = before is not None and before.is_passing
        names = []
        if view.is_passing and not was_passing:
            names.append("now_passed")
            if before is None or before.passed_at is None:
                names.insert(0, "passed.first_time")
        elif was_passing and not view.is_passing:
            names.append("now_failed")
        payload = {"percent_grade": view.percent, "letter_grade": view.letter}
        return [self._event(f"edx.course.grade.{name}", payload) for name in names]
