"""What can go wrong with people and roles."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from common.core.errors import ConflictError, InvalidInputError, NotFoundError


class PersonNotFoundError(NotFoundError):
    """No active account has this name or address."""

    code = "person_not_found"
    default_message = _("There is no account with this name or e-mail address.")


class SessionNotFoundError(NotFoundError):
    """No browser of this person has this id."""

    code = "session_not_found"
    default_message = _("This browser is not signed in any more.")


class TakeoutNotFoundError(NotFoundError):
    """There is no such take-out, it is another person's, or its time is over."""

    code = "takeout_not_found"
    default_message = _("This archive is not here any more. Ask for a new one.")


class DepartureNotFoundError(NotFoundError):
    """Nobody who can still stay has this token."""

    code = "departure_not_found"
    default_message = _("This link works no longer. The account was kept, or it is deleted.")


class LastSuperuserError(ConflictError):
    """Without this account nobody could administer the site."""

    code = "last_superuser"
    default_message = _(
        "You are the only one who can administer this site. "
        "Give somebody else these rights before you leave."
    )


class InvalidPreferenceError(InvalidInputError):
    """A language or time zone that we do not know."""

    code = "invalid_preference"
    default_message = _("Choose a language and a time zone from the lists.")


class InvalidProfileError(InvalidPreferenceError):
    """Some fields of a profile cannot be what was sent; ``field_errors`` has a sentence for each.

    Nothing was saved.
    """

    code = "invalid_profile"
    default_message = _("Something in your profile is not right. Check it and try again.")

    def __init__(self, field_errors: Mapping[str, str]) -> None:
        super().__init__(f"fields: {', '.join(sorted(field_errors))}")
        self.field_errors = dict(field_errors)


class InvalidPictureError(InvalidInputError):
    """What was sent as a picture is none that we take; the message says why."""

    code = "invalid_picture"
    default_message = _(
        "This is no picture that we can read. Choose a JPEG, PNG, WebP or GIF file."
    )
