"""What can go wrong with course content.

CourseNotFoundError, BlockNotFoundError, VersionNotFoundError   404
InvalidTreeError, InvalidOperationError                         400
BlockExistsError, EditConflictError                             409
ContentUnavailableError                                         503
CorruptObjectError, MissingObjectError                          500  the store lost or changed bytes
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from common.core.errors import (
    ConflictError,
    DomainError,
    InvalidInputError,
    NotFoundError,
    UnavailableError,
)
from common.core.keys import BlockKey


class CourseNotFoundError(NotFoundError):
    """No course run has this key."""

    code = "course_not_found"
    default_message = _("This course does not exist.")


class BlockNotFoundError(NotFoundError):
    """This version of the course has no block of this key."""

    code = "block_not_found"
    default_message = _("This part of the course does not exist.")


class VersionNotFoundError(NotFoundError):
    """No version of this course has this id."""

    code = "version_not_found"
    default_message = _("This version of the course does not exist.")


class InvalidTreeError(InvalidInputError):
    """The blocks do not form a tree: a child is missing, listed twice, or its own ancestor."""

    code = "invalid_course_tree"


class InvalidOperationError(InvalidInputError):
    """The edit can never apply: an unknown parent, a block below itself, a course as a child."""

    code = "invalid_edit"


class BlockExistsError(ConflictError):
    """A block of this key is already in the course."""

    code = "block_exists"


class EditConflictError(ConflictError):
    """Somebody else changed the same field first, or deleted what was edited (or the reverse).

    Nothing was written. Holds what an author needs to decide: ``block`` (None for the
    course's policy, assets and pages), ``field`` (``""`` when a deletion is involved),
    ``base`` that the author saw, ``current`` that is stored now, and ``wanted``.
    """

    code = "edit_conflict"
    default_message = _(
        "Somebody else changed the same thing meanwhile. Compare both and choose which to keep."
    )

    def __init__(
        self, *, block: BlockKey | None, field: str, base: Any, current: Any, wanted: Any
    ) -> None:
        self.block = block
        self.field = field
        self.base = base
        self.current = current
        self.wanted = wanted
        super().__init__(f"{block or 'course'} {field or 'deletion'} was changed by another edit")


class ContentUnavailableError(UnavailableError):
    """The server that holds course content does not answer."""

    code = "content_unavailable"
    default_message = _("Course content cannot be reached just now. Try again in a moment.")


class CorruptObjectError(DomainError):
    """Stored bytes are not those that their id names, or are of another kind."""

    code = "content_corrupt"
    default_message = _("A part of this course cannot be read. Tell the people who run the site.")


class MissingObjectError(DomainError):
    """An object that a version refers to is not in the store."""

    code = "content_missing"
    default_message = _("A part of this course cannot be read. Tell the people who run the site.")


class ContentError(DomainError):
    """A block's stored body cannot be understood. Its message is a sentence for course staff."""

    code = "content_unreadable"
    default_message = _("A part of this course cannot be shown. Tell the people who run the site.")
