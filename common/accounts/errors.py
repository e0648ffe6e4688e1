"""What can go wrong with people and roles."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.core.errors import InvalidInputError, NotFoundError


class PersonNotFoundError(NotFoundError):
    """No active account has this name or address."""

    code = "person_not_found"
    default_message = _("There is no account with this name or e-mail address.")


class InvalidPreferenceError(InvalidInputError):
    """A language or time zone that we do not know."""

    code = "invalid_preference"
    default_message = _("Choose a language and a time zone from the lists.")
