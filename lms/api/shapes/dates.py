"""Dates of a course."""

from __future__ import annotations

from typing import TypedDict


class DateBlock(TypedDict):
    """A date that concerns somebody."""

    date: str | None
    date_type: str
    description: str
    title: str
    extra_info: None
    first_component_block_id: str
    link: str
    link_text: str
    assignment_type: str | None
    complete: bool | None
    learner_has_access: bool


class DatesBanner(TypedDict):
    """Whether dates were missed that one may move."""

    missed_deadlines: bool
    missed_gated_content: bool
    content_type_gating_enabled: bool
    verified_upgrade_link: None


class Dates(TypedDict):
    """The dates in order."""

    course_date_blocks: list[DateBlock]
    dates_banner_info: DatesBanner
    has_ended: bool
    learner_is_full_access: bool
    user_timezone: str | None


class DeadlinesInfo(TypedDict):
    """Whether dates were missed."""

    dates_banner_info: DatesBanner
    has_ended: bool


class CourseKey(TypedDict):
    """Which course."""

    course_key: str


class DatesMoved(TypedDict):
    """What to tell somebody whose dates were to be moved."""

    body: str
    header: str
    link: str
    link_text: str
    message: str
