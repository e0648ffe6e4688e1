"""The door of grading: record scores, keep grades, open them up."""

from common.grading.data import (
    BlockScore,
    CourseGrade,
    CourseGradeView,
    Points,
    Policy,
    ScoreChange,
    ScoreOutcome,
    SubsectionGrade,
)

__all__ = [
    "BlockScore",
    "CourseGrade",
    "CourseGradeView",
    "Points",
    "Policy",
    "ScoreChange",
    "ScoreOutcome",
    "SubsectionGrade",
]
