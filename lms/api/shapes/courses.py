"""Courses: the catalogue, and a course in brief."""

from __future__ import annotations

from typing import Any, Literal, TypedDict


class ImageSizes(TypedDict):
    """Addresses of the course's picture, "" without one."""

    raw: str
    small: str
    large: str


class CourseMedia(TypedDict):
    """Pictures of a course."""

    image: ImageSizes


class Uri(TypedDict):
    """An address, or none."""

    uri: str | None


class BannerImage(TypedDict):
    """The address of a picture."""

    uri: str
    uri_absolute: str


class CatalogMedia(TypedDict):
    """Pictures and film of a course in the catalogue."""

    image: ImageSizes
    banner_image: BannerImage
    course_image: Uri
    course_video: Uri


StartType = Literal["string", "timestamp", "empty"]


class CatalogCourse(TypedDict):
    """A course in the catalogue."""

    id: str
    course_id: str
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
    effort: None
    pacing: Literal["self", "instructor"]
    mobile_available: bool
    hidden: bool
    invitation_only: bool
    blocks_url: str
    media: CatalogMedia


class CourseDetail(CatalogCourse):
    """A course with what its authors say of it."""

    overview: str
    is_enrolled: bool


class Pagination(TypedDict):
    """Where a page is among the others."""

    count: int
    next: str | None
    previous: str | None
    num_pages: int


class CatalogPage(TypedDict):
    """A page of the catalogue."""

    results: list[CatalogCourse]
    pagination: Pagination


class CoursewareAccess(TypedDict):
    """Whether somebody may go into a course, and if not why not."""

    has_access: bool
    error_code: str | None
    developer_message: str | None
    user_message: str | None
    user_fragment: str | None


class CourseCard(TypedDict):
    """A course as apps show it in lists."""

    id: str
    name: str
    number: str
    org: str
    start: str | None
    start_display: str
    start_type: StartType
    end: str | None
    dynamic_upgrade_deadline: None
    subscription_id: str
    courseware_access: CoursewareAccess
    media: CourseMedia
    course_image: str
    course_about: str
    course_sharing_utm_parameters: dict[str, str]
    course_updates: str
    course_handouts: str
    discussion_url: None
    video_outline: None
    is_self_paced: bool


class Update(TypedDict):
    """A piece of news; ``content`` is HTML."""

    id: int
    date: str
    content: str
    status: str


class Handouts(TypedDict):
    """What is handed out beside a course, HTML; null: nothing."""

    handouts_html: str | None


class EnrollmentState(TypedDict):
    """What is known of an enrollment; all null where there is none."""

    created: str | None
    mode: str | None
    is_active: bool
    upgrade_deadline: None


class CourseAccessDetails(TypedDict):
    """Whether one may go into a course."""

    has_unmet_prerequisites: bool
    is_too_early: bool
    is_staff: bool
    audit_access_expires: None
    courseware_access: CoursewareAccess


class CourseOverview(CourseCard):
    """A course in brief."""

    course_modes: list[Any]


class EnrollmentDetails(TypedDict):
    """Whether one takes a course, and may go in."""

    id: str
    discussion_url: None
    course_access_details: CourseAccessDetails
    certificate: dict[str, Any]
    enrollment_details: EnrollmentState
    course_info_overview: CourseOverview
