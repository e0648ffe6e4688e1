"""What other apps may know of enrollments, and of one learner in one course run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opaque_keys.edx.keys import CourseKey

from common.content.data import Heads
from common.courses.data import CourseRunData, Viewer


@dataclass(frozen=True, slots=True)
class EnrollmentData:
    """One learner's place in one run; ``is_active`` False: they left, or were taken out.

    ``standing`` counts the changes of mode, groups, roles and own dates. ``paced_from``: from when
    relative due dates count.
    """

    id: int
    run_id: int
    learner_id: int
    mode: str
    is_active: bool
    created_at: datetime
    changed_at: datetime
    paced_from: datetime
    standing: int = 0


@dataclass(frozen=True, slots=True)
class RunEnrollment:
    """An enrollment beside the run that it is in, for a dashboard."""

    enrollment: EnrollmentData
    run: CourseRunData


@dataclass(frozen=True, slots=True)
class LockedEnrollment:
    """An enrollment whose row is locked until the transaction ends.

    ``published`` is the published version at this moment: work that was done against another
    one is stale (grades written from it are stamped so, and restamped).
    """

    enrollment: EnrollmentData
    published: str | None


@dataclass(frozen=True, slots=True)
class ViewAs:
    """As whom course staff look at their course. ``kind``: learner, beta, group or person.

    ``learner_id`` and ``person`` (their account) name a learner, ``partition_id`` and ``group_id``
    a group; ``at``: the moment that is taken for now. ``trial`` names what they try out meanwhile.
    """

    kind: str
    learner_id: int | None = None
    partition_id: int | None = None
    group_id: int | None = None
    mode: str = "audit"
    label: str = ""
    at: datetime | None = None
    trial: str = ""
    person: Any = None


@dataclass(frozen=True, slots=True)
class LearnerContext:
    """One person in one course run, read in at most three statements at the start of a request.

    ``enrollment`` may be inactive; ``viewer.is_enrolled`` tells.
    """

    run: CourseRunData
    heads: Heads
    enrollment: EnrollmentData | None
    viewer: Viewer
    view_as: ViewAs | None = None  # when course staff look as this person

    def moment(self, now: datetime) -> datetime:
        """Return the moment that rules are asked for: now, unless staff chose another."""
        return now if self.view_as is None or self.view_as.at is None else self.view_as.at

    @property
    def course_key(self) -> CourseKey:
        return self.run.course_key

    @property
    def user_id(self) -> int | None:
        return self.viewer.user_id

    @property
    def roles(self) -> frozenset[str]:
        return self.viewer.roles

    @property
    def groups(self) -> dict[int, int]:
        return dict(self.viewer.groups)


@dataclass(frozen=True, slots=True)
class EnrollmentChange:
    """What an enrollment hook is told, in the transaction of the change. ``before`` None: new."""

    before: EnrollmentData | None
    after: EnrollmentData
    course_key: CourseKey
