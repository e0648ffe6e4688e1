"""The first page of a course, and the way through it."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from lms.api.shapes.courses import CourseMedia, StartType
from lms.api.shapes.dates import DateBlock, DatesBanner


class OutlineBlock(TypedDict):
    """A course, section, subsection or unit of the outline."""

    id: str
    type: str
    display_name: str
    children: list[str]
    complete: bool
    lms_web_url: str
    resume_block: bool
    has_scheduled_content: bool
    hide_from_toc: bool
    due: NotRequired[str | None]
    description: NotRequired[str]
    icon: NotRequired[None]
    graded: NotRequired[bool]
    num_graded_problems: NotRequired[int]
    is_locked: NotRequired[bool]
    is_closed: NotRequired[bool]


class OutlineBlocks(TypedDict):
    """Blocks of the outline by usage key."""

    blocks: dict[str, OutlineBlock]


class Goals(TypedDict):
    """What somebody set out to do."""

    selected_goal: None
    weekly_learning_goal_enabled: bool


class EnrollAlert(TypedDict):
    """Whether one can enroll, and if not why not."""

    can_enroll: bool
    extra_text: str | None


class DatesWidget(TypedDict):
    """What comes next."""

    course_date_blocks: list[DateBlock]
    dates_tab_link: str
    user_timezone: str | None


class ResumeCourse(TypedDict):
    """Where to go on."""

    has_visited_course: bool
    url: str | None


class HomeOutline(TypedDict):
    """The first page. Of a course that is shut to one, only the way in."""

    access_expiration: None
    cert_data: dict[str, Any]
    course_goals: Goals
    course_tools: list[Any]
    enable_proctored_exams: bool
    enroll_alert: EnrollAlert
    enrollment_mode: str | None
    has_ended: bool
    has_scheduled_content: bool
    offer: None
    user_has_passing_grade: bool
    welcome_message_html: None
    course_blocks: OutlineBlocks | None
    dates_banner_info: DatesBanner | None
    dates_widget: DatesWidget
    handouts_html: str | None
    resume_course: ResumeCourse


class Tab(TypedDict):
    """A page of the course."""

    tab_id: str
    title: str
    url: str


class CourseAccess(TypedDict):
    """Whether one may go in, and if not why not."""

    has_access: bool
    error_code: str | None
    developer_message: str | None
    user_message: str | None
    user_fragment: str | None
    additional_context_user_message: NotRequired[None]


class CourseMetadata(TypedDict):
    """The header of the course's pages."""

    course_id: str
    title: str
    org: str
    number: str
    start: str | None
    start_display: str
    start_type: StartType
    username: str
    is_enrolled: bool
    is_staff: bool
    original_user_is_staff: bool
    is_self_paced: bool
    language: str | None
    course_access: CourseAccess
    can_load_courseware: bool
    can_view_certificate: bool
    tabs: list[Tab]
    course_modes: list[Any]
    verified_mode: None
    celebrations: None
    studio_url: str
    user_timezone: str | None


class EnrollmentBrief(TypedDict):
    """One's enrollment."""

    mode: str | None
    is_active: bool


class Notes(TypedDict):
    """Whether notes can be taken."""

    enabled: bool
    visible: bool


class Course(TypedDict):
    """A course, and what one is in it."""

    id: str
    name: str
    number: str
    org: str
    short_description: str
    start: str | None
    start_display: str
    start_type: StartType
    end: str | None
    enrollment_start: str | None
    enrollment_end: str | None
    enrollment: EnrollmentBrief
    pacing: Literal["self", "instructor"]
    language: str | None
    media: CourseMedia
    marketing_url: str
    course_access: CourseAccess
    is_staff: bool
    username: str
    access_expiration: None
    certificate_data: None
    content_type_gating_enabled: bool
    notes: Notes
    show_calculator: bool
    user_timezone: str | None


class SequenceItem(TypedDict):
    """A unit of a subsection."""

    id: str
    type: Literal["problem", "other"]
    page_title: str
    bookmarked: bool
    complete: bool
    graded: bool
    path: str
    href: str
    contains_content_type_gated_content: bool


class GatedContent(TypedDict):
    """What opens a subsection."""

    gated: bool
    gated_section_name: str
    prereq_id: str | None
    prereq_section_name: str | None
    prereq_url: str | None


class Sequence(TypedDict):
    """The units of a subsection; ``position`` counts from 1."""

    item_id: str
    element_id: str
    tag: str
    display_name: str
    format: str
    position: int
    items: list[SequenceItem]
    gated_content: GatedContent
    next_url: str | None
    prev_url: str | None
    is_time_limited: bool
    is_proctored: bool
    is_hidden_after_due: bool
    banner_text: None
    save_position: bool
    show_completion: bool
    exclude_units: bool


class Resume(TypedDict):
    """Keys of the block, subsection and unit where to go on; null: nowhere."""

    block_id: str | None
    section_id: str | None
    unit_id: str | None


class OutlineSection(TypedDict):
    """A section."""

    id: str
    title: str
    effective_start: str | None
    sequence_ids: list[str]


class OutlineSequence(TypedDict):
    """A subsection."""

    id: str
    title: str
    effective_start: str | None
    accessible: bool
    inaccessible_after_due: bool


class SequenceTree(TypedDict):
    """Sections in order, subsections by usage key."""

    sections: list[OutlineSection]
    sequences: dict[str, OutlineSequence]


class SequenceOutline(TypedDict):
    """The outline down to subsections."""

    course_key: str
    title: str
    course_start: str | None
    course_end: str | None
    published_version: str
    self_paced: bool
    days_early_for_beta: float | None
    entrance_exam_id: None
    username: str
    user_id: int | None
    at_time: str
    outline: SequenceTree
