"""What can go wrong with course content.

CourseNotFoundError, BlockNotFoundError, VersionNotFoundError   404
InvalidTreeError, InvalidOperationError                         400
BlockExistsError, EditConflictError                             409
ContentUnavailableError                                         503
CorruptObjectError, MissingObjectError                          500  the store lost or changed bytes
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from django.utils.translation import gettext_lazy as _

from common.content.data import JSON
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

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON body: what an author compares besides the messages.

        ``block`` and ``field`` as above; of ``base``, ``current`` and ``wanted`` those that
        have a value (one that is not set, or a block that is gone, has none).
        """
        values = {"base": self.base, "current": self.current, "wanted": self.wanted}
        return {
            **super().as_dict(),
            "block": None if self.block is None else str(self.block),
            "field": self.field,
            **{name: _json(value) for name, value in values.items() if not isinstance(value, Enum)},
        }


def _json(value: Any) -> JSON:
    """Return a value of an operation as JSON; what is not set is left out."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, BlockKey):
        return str(value)
    if isinstance(value, Mapping):
        return {str(k): _json(v) for k, v in value.items() if not isinstance(v, Enum)}
    if is_dataclass(value):
        return {field.name: _json(getattr(value, field.name)) for field in fields(value)}
    return [_json(item) for item in value]


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
