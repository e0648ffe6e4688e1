"""What can go wrong with stored files.

FileMissingError 404, FileTooLargeError 413, FilesUnavailableError 503
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.core.errors import NotFoundError, TooLargeError, UnavailableError


class FileMissingError(NotFoundError):
    """No file with this hash is stored."""

    code = "file_not_found"
    default_message = _("This file does not exist.")


class FileTooLargeError(TooLargeError):
    """The file is over the stated limit; nothing was kept."""

    code = "file_too_large"
    default_message = _("This file is larger than we accept.")


class FilesUnavailableError(UnavailableError):
    """The server or folder that holds files does not answer."""

    code = "files_unavailable"
    default_message = _("Files cannot be reached just now. Try again in a moment.")
