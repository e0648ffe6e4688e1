"""References to blocks: course-relative in stored content, full keys at the doors.

Stored settings name a block of their own course as ``TYPE@NAME``, so that content and
version ids hold no course key. References to other courses stay as they were written.
"""

from __future__ import annotations

import re

from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey, UsageKey

from common.core.keys import BlockKey, usage_key

COURSE_BLOCK = BlockKey("course", "course")

_RELATIVE = re.compile(r"[\w.~%-]+@[\w.~:%-]+")
_OLD = re.compile(r"i4x:/{1,2}([^/]+)/([^/]+)/([^/@]+)/([^/@]+)(?:@[^/@]+)?")


def to_relative(text: str, course_key: CourseKey) -> str:
    """Return ``TYPE@NAME`` for a block of ``course_key`` in either written form.

    Anything else, references to other courses included, comes back as it is. The old form
    names no run: it means the course of that organisation and number.
    """
    old = _OLD.fullmatch(text)
    if old is not None:
        if (old.group(1), old.group(2)) != (course_key.org, course_key.course):
            return text
        return str(_own_course(BlockKey(old.group(3), old.group(4))))
    if not text.startswith("block-v1:"):
        return text
    try:
        key = UsageKey.from_string(text)
    except InvalidKeyError:
        return text
    if str(key.course_key.for_branch(None).version_agnostic()) != str(course_key):
        return text
    return str(_own_course(BlockKey(key.block_type, key.block_id)))


def _own_course(key: BlockKey) -> BlockKey:
    # Archives name the course block after its run; here it has one name in every course.
    return COURSE_BLOCK if key.block_type == "course" else key


def parse_relative(text: str) -> BlockKey | None:
    """Return the block of a relative reference, None for any other text."""
    return BlockKey.parse(text) if _RELATIVE.fullmatch(text) else None


def from_relative(text: str, course_key: CourseKey) -> UsageKey | None:
    """Return the usage key of a stored reference; None when it names no block."""
    key = parse_relative(text)
    if key is not None:
        return usage_key(course_key, key)
    try:
        return UsageKey.from_string(text)
    except InvalidKeyError:
        return None
