"""What other apps may know about a person. Frozen, and importing nothing of this app."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class ProfileData:
    """How a person is called and reads: full name, language code, time zone; "" = not chosen."""

    user_id: int
    name: str = ""
    language: str = ""
    time_zone: str = ""


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
