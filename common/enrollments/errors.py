"""What can go wrong with enrollments."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.core.errors import AccessDeniedError


class NotEnrolledError(AccessDeniedError):
    """Only enrolled learners have state and scores here; nothing was written."""

    code = "not_enrolled"
    default_message = _("Enroll in this course first.")
