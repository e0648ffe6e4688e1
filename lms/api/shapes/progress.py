"""A learner's progress in a course."""

from __future__ import annotations

from typing import Any, TypedDict


class CourseGrade(TypedDict):
    """The grade of a course, percent from 0.0 to 1.0."""

    percent: float
    is_passing: bool
    letter_grade: str | None
    visible_percent: float


class CompletionSummary(TypedDict):
    """How many units are done, to do and locked."""

    complete_count: int
    incomplete_count: int
    locked_count: int


class ProblemScore(TypedDict):
    """Points of a problem."""

    earned: float
    possible: float


class SubsectionScore(TypedDict):
    """A subsection; its numbers are 0 while ``show_grades`` is false."""

    assignment_type: str | None
    block_key: str
    display_name: str
    has_graded_assignment: bool
    learner_has_access: bool
    num_points_earned: float
    num_points_possible: float
    percent_graded: float
    problem_scores: list[ProblemScore]
    override: None
    show_correctness: str
    show_grades: bool
    url: str


class SectionScores(TypedDict):
    """A section."""

    display_name: str
    subsections: list[SubsectionScore]


class AssignmentPolicy(TypedDict):
    """A type of assignment; ``weight`` from 0.0 to 1.0."""

    type: str
    short_label: str | None
    weight: float
    num_droppable: int
    num_total: int


class GradingPolicy(TypedDict):
    """How the grade is made: from what, and from which share on there is which letter."""

    assignment_policies: list[AssignmentPolicy]
    grade_range: dict[str, float]


class Verification(TypedDict):
    """Whether somebody proved who they are."""

    link: None
    status: str
    status_date: None


class Progress(TypedDict):
    """How far somebody got, and what it is made of."""

    username: str
    enrollment_mode: str
    course_grade: CourseGrade
    user_has_passing_grade: bool
    completion_summary: CompletionSummary
    section_scores: list[SectionScores]
    grading_policy: GradingPolicy
    certificate_data: dict[str, Any]
    verification_data: Verification
    studio_url: str
    disable_progress_graph: bool
    has_scheduled_content: bool
    end: str | None
    access_expiration: None
    credit_course_requirements: None
    verified_mode: None
    gradebook_url: None


class LearnerGrade(TypedDict):
    """The grade of one person, percent from 0.0 to 1.0."""

    username: str
    email: str
    course_id: str
    passed: bool
    percent: float
    letter_grade: str | None
