"""Course and usage keys: parsing, URL converters, and exact storage.

Keys are opaque-keys objects (``course-v1:O+C+R``, ``block-v1:O+C+R+type@T+block@NAME``)
at every door; inside a course a block is named by ``BlockKey``, which holds no course, so
that content can be shared between runs.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, NamedTuple

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey, UsageKey
from opaque_keys.edx.locator import BlockUsageLocator, CourseLocator

from common.core.errors import NotFoundError

__all__ = [
    "BlockKey",
    "BlockUsageLocator",
    "CourseKey",
    "CourseLocator",
    "ExactCharField",
    "UsageKey",
    "block_key",
    "parse_course_key",
    "parse_usage_key",
    "usage_key",
]

# What the columns that hold keys take, in characters. SQLite would take more in silence.
KEY_MAX_LENGTH = 255


class BlockKey(NamedTuple):
    """A block inside one course: its type and its url_name. Text form: ``TYPE@NAME``."""

    block_type: str
    block_id: str

    def __str__(self) -> str:
        return f"{self.block_type}@{self.block_id}"

    @classmethod
    def parse(cls, text: str) -> BlockKey:
        """Return the key of ``TYPE@NAME``. Raises ValueError when there is no ``@``."""
        block_type, separator, block_id = text.partition("@")
        if not (separator and block_type and block_id):
            raise ValueError(f"not a block key: {text!r}")
        return cls(block_type, block_id)


# Keys never change, and to make one takes longer than to look it up.
_KEPT_KEYS: Final = 4096


@lru_cache(_KEPT_KEYS)
def usage_key(course_key: CourseKey, key: BlockKey) -> UsageKey:
    """Return the global key of a block of this course."""
    return course_key.make_usage_key(key.block_type, key.block_id)


def block_key(key: UsageKey) -> BlockKey:
    """Return the course-relative key of a usage key."""
    return BlockKey(key.block_type, key.block_id)


@lru_cache(_KEPT_KEYS)
def parse_course_key(text: str) -> CourseKey:
    """Return the course key in ``text``. Raises NotFoundError when it is none, or too long.

    Some clients decode ``+`` to a space (reference: apis, section 0); no key holds one.
    """
    try:
        key = CourseKey.from_string(text.replace(" ", "+"))
    except InvalidKeyError as error:
        raise NotFoundError(f"not a course key: {text!r}") from error
    if not isinstance(key, CourseLocator) or not key.run:
        raise NotFoundError(f"not the key of a course run: {text!r}")
    if len(str(key)) > KEY_MAX_LENGTH:
        raise NotFoundError(f"a course key of more than {KEY_MAX_LENGTH} characters")
    return key


@lru_cache(_KEPT_KEYS)
def parse_usage_key(text: str) -> UsageKey:
    """Return the usage key in ``text``. Raises NotFoundError when it is none."""
    try:
        return UsageKey.from_string(text.replace(" ", "+"))
    except InvalidKeyError as error:
        raise NotFoundError(f"not a usage key: {text!r}") from error


class CourseKeyConverter:
    """URL part holding a course key, as ``<course_key:course_key>``."""

    # ORG/COURSE/RUN only where no key with a namespace can stand: what follows that one may have
    # slashes of its own.
    regex = r"[^/:]+:[^/]+|[^/:+]+/[^/:+]+/[^/:+]+"

    def to_python(self, value: str) -> CourseKey:
        try:
            return parse_course_key(value)
        except NotFoundError as error:
            raise ValueError(value) from error

    def to_url(self, value: CourseKey | str) -> str:
        return str(value)


class UsageKeyConverter:
    """URL part holding a usage key, as ``<usage_key:usage_key>``."""

    regex = r"(?:i4x:/{1,2}[^/]+/[^/]+/[^/]+/[^/@]+)|(?:[^/]+)"

    def to_python(self, value: str) -> UsageKey:
        try:
            return parse_usage_key(value)
        except NotFoundError as error:
            raise ValueError(value) from error

    def to_url(self, value: UsageKey | str) -> str:
        return str(value)


class ExactCharField(models.CharField):  # type: ignore[type-arg] # generic only to the stubs
    """Text compared byte by byte: case, accents and trailing spaces all count.

    MariaDB's and MySQL's default collations fold all three, and their ``utf8mb4_bin`` still
    pads with spaces; the no-pad binary collation has a different name in each.
    """

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, Any]:
        parameters = super().db_parameters(connection)
        if connection.vendor == "mysql":
            is_mariadb = connection.mysql_is_mariadb  # type: ignore[attr-defined]
            parameters["collation"] = "utf8mb4_nopad_bin" if is_mariadb else "utf8mb4_0900_bin"
        return parameters
