"""Who takes which course."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from lms.api.shapes.courses import CourseCard
from lms.api.shapes.dates import DateBlock


class CourseMode(TypedDict):
    """A way of taking a course."""

    slug: str
    name: str
    min_price: int
    suggested_prices: str
    currency: str
    expiration_datetime: str | None
    description: str | None
    sku: str | None
    android_sku: str | None
    ios_sku: str | None
    bulk_sku: str | None


class CourseDetails(TypedDict):
    """A course with its dates and modes."""

    course_id: str
    course_name: str
    course_start: str | None
    course_end: str | None
    enrollment_start: str | None
    enrollment_end: str | None
    invite_only: bool
    course_modes: list[CourseMode]


class Enrollment(TypedDict):
    """Somebody takes, or took, a course."""

    created: str
    mode: str
    is_active: bool
    user: str
    course_details: CourseDetails


class WantedCourse(TypedDict):
    """Which course."""

    course_id: str


class EnrollmentWish(TypedDict):
    """Who is to take which course how; ``user``, ``mode`` and ``is_active`` are for staff."""

    course_details: WantedCourse
    user: NotRequired[str]
    mode: NotRequired[str | None]
    is_active: NotRequired[bool | None]
    email_opt_in: NotRequired[Any]
    enrollment_attributes: NotRequired[list[Any]]


class Role(TypedDict):
    """A role in a course, or in all of an organisation."""

    org: str
    course_id: str
    role: str


class Roles(TypedDict):
    """One's own roles."""

    roles: list[Role]
    is_staff: bool


class Configs(TypedDict):
    """Settings of purchases, as text of JSON."""

    config: str


class ModeSlug(TypedDict):
    """A way of taking a course, as apps sell it."""

    slug: str
    sku: str | None
    android_sku: str | None
    ios_sku: str | None
    min_price: int


class AssignmentProgress(TypedDict):
    """How many graded subsections are done."""

    assignments_completed: int
    total_assignments_count: int


class Empty(TypedDict):
    """An object without anything in it."""


class CourseStatus(TypedDict):
    """Where one is: keys of the unit and of all above it, and of the block within it."""

    last_visited_module_id: str
    last_visited_module_path: list[str]
    last_visited_block_id: str
    last_visited_unit_display_name: str


class CourseStatusChange(TypedDict, total=False):
    """Where one is now; ignored when something newer than ``modification_date`` is known."""

    last_visited_module_id: str
    modification_date: str | None


class AppEnrollment(TypedDict):
    """A course that one takes, as apps list it."""

    audit_access_expires: None
    created: str
    mode: str
    is_active: bool
    course: CourseCard
    certificate: Empty
    course_modes: list[ModeSlug]
    course_progress: NotRequired[AssignmentProgress]


class CourseAssignments(TypedDict):
    """What is due, and what was."""

    future_assignments: list[DateBlock]
    past_assignments: list[DateBlock]


class PrimaryEnrollment(AppEnrollment):
    """The course that one was in last."""

    course_status: CourseStatus | None
    course_assignments: CourseAssignments


class EnrollmentPage(TypedDict):
    """A page of enrollments."""

    count: int
    next: str | None
    previous: str | None
    num_pages: int
    current_page: int
    start: int
    results: list[AppEnrollment]


class EnrollmentsV2(TypedDict):
    """Version 2: all enrollments at once."""

    configs: Configs
    enrollments: list[AppEnrollment]


class EnrollmentsV3(TypedDict):
    """Version 3: a page at a time; version 4: with the course that one is in now."""

    configs: Configs
    user_timezone: str | None
    enrollments: EnrollmentPage
    primary: NotRequired[PrimaryEnrollment | None]


class EnrollmentStatus(TypedDict):
    """Whether one took part in a course lately."""

    course_id: str
    course_name: str
    recently_active: bool


class DownloadCourse(TypedDict):
    """A course whose videos may be kept. Bytes; 0: not known."""

    course_id: str
    course_name: str
    course_image: str
    total_size: int


class BasketWish(TypedDict):
    """Which course is to be taken without paying."""

    course_id: str
