"""What can go wrong with course runs."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.core.errors import AccessDeniedError, NotFoundError


class CourseRunNotFoundError(NotFoundError):
    """No course run has this key."""

    code = "course_not_found"
    default_message = _("We do not know this course. Check the address.")


class UnknownGroupError(NotFoundError):
    """The course has no such partition or group."""

    code = "unknown_group"
    default_message = _("The course has no such group.")


class CourseAccessDeniedError(AccessDeniedError):
    """An access rule says no. ``code`` is the reason: a value of ``access.Reason``."""

    def __init__(self, reason: str, user_message: str | Promise) -> None:
        super().__init__(reason, user_message=user_message)
        self.code = reason  # type: ignore[misc] # the reason is known only when it is raised
