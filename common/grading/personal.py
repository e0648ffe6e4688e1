"""What this app holds of a person: scores and grades. They say nothing about who it was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from common.accounts.api import TakeoutFile, tables
from common.grading.models import CourseGradeRow, Score

_GRADES: Final = {
    "course": "run__head_id",
    "percent": "percent",
    "letter": "letter",
    "is_passing": "is_passing",
    "passed_at": "passed_at",
    "updated_at": "updated_at",
}
_SCORES: Final = {
    "course": "run__head_id",
    "block": "block",
    "points_earned": "raw_earned",
    "points_possible": "raw_possible",
    "attempted_at": "attempted_at",
}


def collect_grades(user_id: int) -> Iterator[TakeoutFile]:
    """Give the person's course grades, and the score of each block. Two SQL."""
    grades = CourseGradeRow.objects.filter(learner_id=user_id).order_by("run_id")
    yield from tables("grades", list(_GRADES), grades.values_list(*_GRADES.values()))
    scores = Score.objects.filter(learner_id=user_id).order_by("run_id", "block")
    yield from tables("scores", list(_SCORES), scores.values_list(*_SCORES.values()))
