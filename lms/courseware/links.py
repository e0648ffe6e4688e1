"""Addresses of pages inside a course."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from django.urls import reverse

from common.core.keys import BlockKey, CourseKey, usage_key

# Addresses that a process remembers: an outline shows thousands, and each costs a walk through
# the URL patterns.
KEPT_URLS: Final = 30_000


@lru_cache(maxsize=KEPT_URLS)
def unit_url(course_key: CourseKey, key: BlockKey) -> str:
    """Return the address of a unit."""
    return reverse(
        "lms:unit", kwargs={"course_key": course_key, "usage_key": usage_key(course_key, key)}
    )
