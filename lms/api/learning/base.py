"""What every call about courses begins with: who asks, for whom, in which course."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from rest_framework.request import Request
from rest_framework.views import APIView

from common.accounts.api import get_profile
from common.core.errors import AccessDeniedError, InvalidInputError, NotFoundError
from common.core.keys import CourseKey, parse_course_key
from common.courses.api import Action, check_access
from common.enrollments.api import get_learner_context
from common.enrollments.data import LearnerContext
from lms.api.permissions import HasScope
from lms.courseware.opening import OpenCourse, open_course, open_course_for

# A key of either form, in an address: what is none is answered by the view, as JSON.
COURSE_ID: Final = r"(?P<course_id>[^/:]+:[^/]+|[^/:]+/[^/:]+/[^/:]+|[^/]+)"
USERNAME: Final = r"(?P<username>[^/]+)"


class LearnerView(APIView):
    """What is asked by somebody who is signed in. Errors: ``lms.api.errors``."""


class PublicView(APIView):
    """What visitors may ask too, where the course's rules let them."""

    permission_classes = (HasScope,)


def course_key_in(request: Request, name: str = "course_id") -> CourseKey:
    """Return the course of a query. Raises InvalidInputError without one, NotFoundError."""
    text = request.query_params.get(name, "").strip()
    if not text:
        raise InvalidInputError(f"{name} is missing")
    return parse_course_key(text)


def words_of(request: Request, name: str) -> list[str]:
    """Return the words of a list in the query: joined by commas, repeated, blanks around them."""
    texts = request.query_params.getlist(name)
    return [word for text in texts for part in text.split(",") if (word := part.strip())]


def flag_of(request: Request, name: str) -> bool:
    """Tell whether the query says yes."""
    return request.query_params.get(name, "").strip().lower() in {"true", "1"}


def body_of(request: Request) -> dict[str, Any]:
    """Return the object or form that was sent. Raises InvalidInputError for anything else."""
    data = request.data
    if not hasattr(data, "get") or not hasattr(data, "keys"):
        raise InvalidInputError("an object is expected")
    return {str(name): data.get(name) for name in data.keys()}  # noqa: SIM118 # a form's lists


def time_zone_of(request: Request) -> str | None:
    """Return the time zone of the caller's account, None where none was chosen. One statement.

    None: clients then show the times of their device, as pages do. Visitors cost no statement.
    """
    if not request.user.is_authenticated:
        return None
    return get_profile(request.user.pk).time_zone or None


def require_self(request: Request, username: str) -> None:
    """Raise NotFoundError unless one asks about oneself: what others do is hidden."""
    if request.user.get_username() != username:
        raise NotFoundError(f"no {username} for {request.user.get_username()}")


def require_known(context: LearnerContext, now: datetime) -> None:
    """Raise NotFoundError for a course that the person may not even know of."""
    access = check_access(context.viewer, context.run, None, Action.ABOUT, now)
    is_told = context.heads.published is not None or context.viewer.is_staff
    if not access.allowed or not is_told:
        raise NotFoundError(f"no course {context.course_key}")


def open_own(request: Request, course_key: CourseKey, now: datetime) -> OpenCourse:
    """Return the course as the person who asks may look into it (see ``open_course``)."""
    return open_course(request, course_key, now)


def open_named(
    request: Request, course_key: CourseKey, now: datetime, username: str | None
) -> OpenCourse:
    """Return the course for somebody: None oneself, "" a visitor, another for course staff only.

    Raises AccessDeniedError for others, NotFoundError for a name that is nobody's, and what
    ``open_course`` does.
    """
    if username is None or username.lower() == request.user.get_username().lower() != "":
        return open_own(request, course_key, now)
    if username == "":
        return open_course_for(AnonymousUser(), course_key, now, host=request.get_host())
    if not get_learner_context(course_key, request.user).viewer.is_staff:
        raise AccessDeniedError(f"not for {request.user.get_username()}: {username}")
    return open_course_for(find_person(username), course_key, now, host=request.get_host())


def find_person(username: str) -> Any:
    """Return the account of this name. Raises NotFoundError. One statement."""
    people = get_user_model()._default_manager
    person = people.filter(username=username, is_active=True).first()
    if person is None:
        raise NotFoundError(f"nobody is called {username}")
    return person
