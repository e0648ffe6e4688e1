"""Facts about courses, under names that third-party blocks import."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import Http404

from common.blocks.links import asset_base
from common.content import api as content
from common.content.errors import CourseNotFoundError
from common.core.keys import CourseKey
from common.courses.api import read_instant


@dataclass(frozen=True, slots=True)
class CourseDescription:
    """What blocks read of a course: its key, name and the passports of its LTI tools."""

    id: CourseKey
    display_name: str
    lti_passports: list[str] = field(default_factory=list)
    end: datetime | None = None


def get_course_by_id(course_key: CourseKey, depth: int = 0) -> CourseDescription:
    """Return a course. Raises Http404, as blocks expect."""
    try:
        heads = content.get_heads(course_key)
    except CourseNotFoundError as error:
        raise Http404(str(course_key)) from error
    settings = content.load_version(heads.published or heads.draft).course.settings
    passports = settings.get("lti_passports")
    return CourseDescription(
        id=course_key,
        display_name=str(settings.get("display_name") or ""),
        lti_passports=list(map(str, passports)) if isinstance(passports, list) else [],
        end=read_instant(settings.get("end")),
    )


def get_extended_due_date(block: Any) -> datetime | None:
    """Return when a block is due for the learner that it is made for."""
    due: datetime | None = block.due
    return due


class StaticContent:
    """Names of uploaded files."""

    @staticmethod
    def get_url_path_from_location(location: Any) -> str:
        """Return the portable address of a file."""
        return f"/static/{getattr(location, 'block_id', location)}"

    @staticmethod
    def get_base_url_path_for_course_assets(course_key: CourseKey) -> str:
        """Return the address below which the course's files lie."""
        return asset_base(course_key)

    @staticmethod
    def get_static_path_from_location(location: Any) -> str:
        """Return the portable address of a file."""
        return StaticContent.get_url_path_from_location(location)
