"""What every page inside a course begins with: who looks, at which version, at what of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from common.blocks.api import BlockSession, User, open_session
from common.core.keys import CourseKey
from common.courses.api import Action, due_at, require_access
from common.courses.data import CourseOutline, CourseRunData, Viewer
from common.enrollments.api import get_learner_context, get_request_context
from common.enrollments.data import LearnerContext
from lms.courseware.plan import CoursePlan, SubsectionPlan, plan_of


@dataclass(frozen=True, slots=True)
class OpenCourse:
    """A course that somebody may look into, at one moment."""

    session: BlockSession
    plan: CoursePlan
    now: datetime

    @property
    def outline(self) -> CourseOutline:
        return self.session.outline

    @property
    def viewer(self) -> Viewer:
        return self.session.viewer

    @property
    def run(self) -> CourseRunData:
        return self.session.context.run

    def due_of(self, subsection: SubsectionPlan) -> datetime | None:
        """Return when a subsection is due for the person."""
        return due_at(self.outline.facts, self.outline.block(subsection.key), self.viewer)

    @property
    def course_key(self) -> CourseKey:
        return self.session.course_key


def open_course(request: HttpRequest, course_key: CourseKey, now: datetime) -> OpenCourse:
    """Return the published course for the person of the request, or as whom they look at it.

    At most three statements beside session and person, at most one store call. Raises
    CourseAccessDeniedError, NotFoundError.
    """
    context = get_request_context(request, course_key)
    return _open(context, request.user, now, host=request.get_host())


def open_course_for(
    user: User, course_key: CourseKey, now: datetime, *, host: str = ""
) -> OpenCourse:
    """Return what ``open_course`` does, where no browser asks."""
    return _open(get_learner_context(course_key, user), user, now, host=host)


def _open(context: LearnerContext, user: User, now: datetime, *, host: str) -> OpenCourse:
    now = context.moment(now)
    require_access(context.viewer, context.run, None, Action.OUTLINE, now)
    session = open_session(context, user, now=now, host=host)
    return OpenCourse(session=session, plan=plan_of(session.outline, session.viewer, now), now=now)
