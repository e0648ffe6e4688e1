"""Give each learner an id for each course that says nothing about them, and read it back.

The id is the pair (user id, course) sent through a keyed permutation of 128 bits: a Feistel
network of six rounds of HMAC-SHA256. So it is stable, cannot be linked between courses
without the key, costs no row a learner, and the way back needs no search.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import uuid
from functools import lru_cache
from typing import Final

from common.blocks.models import AnonymousIdSecret
from common.core.keys import CourseKey

_ROUNDS: Final = 6
_HALF: Final = 8
_PATTERN = re.compile(r"^[0-9a-f]{32}$")


@lru_cache(maxsize=1)
def _secret() -> bytes:
    row, _ = AnonymousIdSecret.objects.get_or_create(
        pk=1, defaults={"secret": secrets.token_hex(32)}
    )
    return bytes.fromhex(row.secret)


def _round(key: bytes, number: int, half: bytes) -> bytes:
    return hmac.digest(key, bytes([number]) + half, "sha256")[:_HALF]


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def _course_tag(course_key: CourseKey | None) -> bytes:
    text = "" if course_key is None else str(course_key)
    return hashlib.sha256(text.encode()).digest()[:_HALF]


@lru_cache(maxsize=4096)
def anonymous_id(user_id: int, course_key: CourseKey | None) -> str:
    """Return 32 hexadecimal digits, always the same for this person in this course.

    ``course_key`` None: the id that a person has in all courses.
    """
    left, right = user_id.to_bytes(_HALF, "big"), _course_tag(course_key)
    for number in range(_ROUNDS):
        left, right = right, _xor(left, _round(_secret(), number, right))
    return (left + right).hex()


def find_user_id(anonymous: str, course_key: CourseKey | None) -> int | None:
    """Return whose id of this course it is; None when it is nobody's."""
    if not _PATTERN.match(anonymous):
        return None
    data = bytes.fromhex(anonymous)
    left, right = data[:_HALF], data[_HALF:]
    for number in reversed(range(_ROUNDS)):
        left, right = _xor(right, _round(_secret(), number, left)), left
    if not hmac.compare_digest(right, _course_tag(course_key)):
        return None
    return int.from_bytes(left, "big")


def external_id(user_id: int, type_name: str) -> str:
    """Return an id of this person for outside tools of one kind, as a UUID; never read back."""
    digest = hmac.digest(_secret(), f"external:{type_name}:{user_id}".encode(), "sha256")
    return str(uuid.UUID(bytes=digest[:16], version=4))
