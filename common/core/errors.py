"""What can go wrong, as types of the domain, and their one mapping to HTTP.

An error carries a stable ``code`` for programs, a developer message in plain
English, and a translated sentence that tells a person what to do.

    DomainError
    ├── InvalidInputError      400  the caller sent something wrong
    ├── AccessDeniedError      403  a rule says no, and may say why
    │   └── SignInRequiredError     the answer may be another once we know who asks
    ├── NotFoundError          404  not there, or not for this person
    ├── ConflictError          409  somebody else changed it first
    ├── TooLargeError          413  over a stated limit
    └── UnavailableError       503  a part behind the page does not answer; try again
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """Base of every error that a person or a client may be told about."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "error"
    default_message: ClassVar[str | Promise] = _("Something went wrong on our side. Try again.")

    def __init__(
        self, developer_message: str = "", *, user_message: str | Promise | None = None
    ) -> None:
        super().__init__(developer_message or self.code)
        self.developer_message = developer_message or self.code
        self.user_message = self.default_message if user_message is None else user_message

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON body of our own endpoints: error_code and the two messages."""
        return {
            "error_code": self.code,
            "developer_message": self.developer_message,
            "user_message": str(self.user_message),
        }


class InvalidInputError(DomainError):
    """The caller sent something that cannot be right; nothing was changed."""

    status = 400
    code = "invalid_input"
    default_message = _("Something in what was sent is not right. Check it and try again.")


class AccessDeniedError(DomainError):
    """A rule forbids this to this person."""

    status = 403
    code = "access_denied"
    default_message = _("You do not have access to this.")


class SignInRequiredError(AccessDeniedError):
    """Nobody is signed in, and this needs somebody. A person is sent to sign in and back."""

    code = "sign_in_required"
    default_message = _("Sign in first.")


class NotFoundError(DomainError):
    """There is no such thing, or it is hidden from this person."""

    status = 404
    code = "not_found"
    default_message = _("This page does not exist, or it is not open to you.")


class ConflictError(DomainError):
    """Somebody else changed the same thing first; nothing was changed."""

    status = 409
    code = "conflict"
    default_message = _("Somebody else changed this meanwhile. Look at it again, then repeat.")


class TooLargeError(DomainError):
    """What was sent is over a stated limit."""

    status = 413
    code = "too_large"
    default_message = _("This is larger than we accept.")


class UnavailableError(DomainError):
    """A part behind the page does not answer; nothing was lost, trying again is right."""

    status = 503
    code = "unavailable"
    default_message = _("The site is busy or a part of it is down. Try again in a moment.")
