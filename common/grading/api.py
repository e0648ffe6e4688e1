"""The door of grading: record scores, keep grades, open them up.

In the transaction of a submission::

    with transaction.atomic():
        lock = lock_enrollment(run.id, learner_id)          # common.enrollments: always first
        ...                                                 # write the block's state
        record_scores(run=run, outline=outline, viewer=viewer, scores=[ScoreInput(...)],
                      now=now, published=lock.published, events=events)
        tracking.record(events)
"""

from common.grading.aggregate import course_grade, type_grades, weighted_points
from common.grading.data import (
    AssignmentType,
    BlockScore,
    CourseGrade,
    CourseGradeView,
    GradeUpdate,
    Mark,
    Points,
    Policy,
    ProblemScore,
    ScoreChange,
    ScoreInput,
    ScoreOutcome,
    Stamp,
    StoredGrade,
    SubsectionGrade,
    TypeGrade,
    WhyHidden,
    are_points,
)
from common.grading.gradebook import (
    grade_course,
    grade_subsection,
    policy_of,
    prepare_grading,
    stamp_of,
)
from common.grading.grades import (
    count_passing,
    find_scores,
    find_scores_in_runs,
    find_stored_grade,
    get_course_grade,
    get_grade_summary,
    list_scores_of_block,
    record_score,
    record_scores,
    update_grades,
)
from common.grading.policy import parse_policy
from common.grading.restamp import queue_restamp

__all__ = [
    "AssignmentType",
    "BlockScore",
    "CourseGrade",
    "CourseGradeView",
    "GradeUpdate",
    "Mark",
    "Points",
    "Policy",
    "ProblemScore",
    "ScoreChange",
    "ScoreInput",
    "ScoreOutcome",
    "Stamp",
    "StoredGrade",
    "SubsectionGrade",
    "TypeGrade",
    "WhyHidden",
    "are_points",
    "count_passing",
    "course_grade",
    "find_scores",
    "find_scores_in_runs",
    "find_stored_grade",
    "get_course_grade",
    "get_grade_summary",
    "grade_course",
    "grade_subsection",
    "list_scores_of_block",
    "parse_policy",
    "policy_of",
    "prepare_grading",
    "queue_restamp",
    "record_score",
    "record_scores",
    "stamp_of",
    "type_grades",
    "update_grades",
    "weighted_points",
]
