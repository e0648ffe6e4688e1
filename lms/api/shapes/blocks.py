"""Blocks of a course."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from lms.api.shapes.courses import CourseAccessDetails, CourseCard
from lms.api.shapes.enrollments import AssignmentProgress, Empty


class Assignment(TypedDict):
    """Points of a subsection that counts."""

    assignment_type: str
    num_points_earned: float
    num_points_possible: float
    short_label: str


class Block(TypedDict):
    """A block. What is not required comes when it is asked for, and where it applies."""

    id: str
    block_id: str
    type: str
    display_name: str
    lms_web_url: str
    student_view_url: str
    graded: NotRequired[bool]
    format: NotRequired[str | None]
    has_score: NotRequired[bool]
    weight: NotRequired[float | None]
    student_view_multi_device: NotRequired[bool]
    visible_to_staff_only: NotRequired[bool]
    show_correctness: NotRequired[str]
    children: NotRequired[list[str]]
    descendants: NotRequired[list[str]]
    block_counts: NotRequired[dict[str, int]]
    completion: NotRequired[float]
    complete: NotRequired[bool]
    due: NotRequired[str | None]
    start: NotRequired[str | None]
    assignment_progress: NotRequired[Assignment]
    student_view_data: NotRequired[Any]


class Blocks(TypedDict):
    """Blocks by usage key, the root among them."""

    root: str
    blocks: dict[str, Block]


class AppBlocks(CourseCard):
    """The same for apps, beside the course itself."""

    root: str
    blocks: dict[str, Block]
    certificate: Empty
    course_progress: AssignmentProgress
    course_access_details: CourseAccessDetails


class CompletionBatch(TypedDict):
    """What somebody completed: shares from 0.0 to 1.0 by usage key; texts of numbers are taken."""

    username: str
    course_key: str
    blocks: dict[str, float | str]
