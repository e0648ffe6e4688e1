"""Addresses of pages inside a course."""

from __future__ import annotations

from django.urls import reverse

from common.core.keys import BlockKey, CourseKey, usage_key


def unit_url(course_key: CourseKey, key: BlockKey) -> str:
    """Return the address of a unit."""
    return reverse(
        "lms:unit", kwargs={"course_key": course_key, "usage_key": usage_key(course_key, key)}
    )
