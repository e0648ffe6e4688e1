"""What other apps may know about a person. Frozen, and importing nothing of this app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from common.core.keys import CourseKey


class Role(StrEnum):
    """What a person may do in one course run, or in every run of an organisation."""

    INSTRUCTOR = "instructor"  # everything, and gives roles to others
    STAFF = "staff"  # everything but giving roles
    AUTHOR = "author"  # writes the course in Studio; for a whole organisation, adds courses
    BETA_TESTER = "beta_tester"  # sees content before its start
    DATA_RESEARCHER = "data_researcher"  # reads results and reports


# See a course as its staff: content before its start, hidden blocks, learners' work.
STAFF_ROLES = frozenset({Role.INSTRUCTOR, Role.STAFF})
# Change a course in Studio.
AUTHOR_ROLES = frozenset({Role.INSTRUCTOR, Role.STAFF, Role.AUTHOR})
# Read a course's aggregated results in Insights.
RESULT_ROLES = frozenset({Role.INSTRUCTOR, Role.STAFF, Role.DATA_RESEARCHER})


class Visibility(StrEnum):
    """Who sees a profile beside the person and the staff of the site."""

    PRIVATE = "private"
    ALL_USERS = "all_users"  # everybody who is signed in


class PictureSize(StrEnum):
    """The squares in which every picture of a person is kept."""

    FULL = "full"
    LARGE = "large"
    MEDIUM = "medium"
    SMALL = "small"

    @property
    def pixels(self) -> int:
        """Return the length of a side."""
        return {"full": 500, "large": 120, "medium": 50, "small": 30}[self.value]


@dataclass(frozen=True, slots=True)
class Picture:
    """A person's picture: the token that its addresses carry, and the stored files by size."""

    token: str
    files: Mapping[str, str]  # PictureSize: SHA-256


@dataclass(frozen=True, slots=True)
class ProfileData:
    """How a person is called, reads and presents themselves; "" and None = not said.

    ``language`` and ``time_zone`` are those of the pages, ``languages_spoken`` codes of
    languages, ``country`` two letters, ``level_of_education`` a code of ``choices``.
    """

    user_id: int
    name: str = ""
    language: str = ""
    time_zone: str = ""
    bio: str = ""
    country: str = ""
    level_of_education: str = ""
    languages_spoken: tuple[str, ...] = ()
    year_of_birth: int | None = None
    goals: str = ""
    visibility: Visibility = Visibility.PRIVATE
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class PublicProfile:
    """What one person may see of another. ``is_own`` and ``is_shared`` say why they see it."""

    username: str
    joined_at: datetime
    profile: ProfileData
    is_own: bool
    is_shared: bool


@dataclass(frozen=True, slots=True)
class Places:
    """Course runs, and organisations with all their runs."""

    course_keys: tuple[CourseKey, ...] = ()
    orgs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RoleGrant:
    """One role of one person; ``course_key`` "" means every run of ``org``."""

    user_id: int
    username: str
    org: str
    course_key: str
    role: Role
