"""What can go wrong around blocks."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.core.errors import (
    AccessDeniedError,
    ConflictError,
    InvalidInputError,
    NotFoundError,
    TooLargeError,
    UnavailableError,
)


class NoSuchHandlerError(NotFoundError):
    """The block has no handler of this name."""

    code = "no_such_handler"


class BlockUnavailableError(NotFoundError):
    """The block's type is not installed, or its code does not load."""

    code = "block_unavailable"
    default_message = _("This part of the course cannot be shown right now.")


class StateChangedError(Exception):
    """Somebody wrote the state that a submission was worked out from. Caught: it runs again."""


class BusyBlockError(ConflictError):
    """A submission met a changed state every time that it was tried."""

    code = "block_busy"
    default_message = _("Many answers arrive here at once. Yours was not saved: send it again.")


class UnreadableDataError(InvalidInputError):
    """A handler was sent something else than the data that it reads; nothing was changed."""

    code = "unreadable_data"
    default_message = _("What was sent cannot be read. Load the page again, then repeat.")


class StaleFormError(AccessDeniedError):
    """A form came with a token of another sign-in; nothing was changed."""

    code = "stale_form"
    default_message = _(
        "This page was open since before you last signed in. Go back, load it again, and send"
        " your answer once more. Nothing was changed."
    )


class UploadTooLargeError(TooLargeError):
    """A handler was sent more than the site accepts."""

    code = "upload_too_large"


class AssetNotFoundError(NotFoundError):
    """The course has no file of this name."""

    code = "asset_not_found"


class StorageBusyError(UnavailableError):
    """The learner database did not take a write in time; nothing was stored."""

    code = "storage_busy"
