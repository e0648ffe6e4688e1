"""Course keys that people type on a command line."""

from __future__ import annotations

from django.core.management.base import CommandError

from common.core.errors import DomainError
from common.core.keys import KEY_MAX_LENGTH, CourseKey, parse_course_key


def parse_course_key_argument(text: str) -> CourseKey:
    """Return the course key that was typed. Raises CommandError with a sentence."""
    try:
        return parse_course_key(text)
    except DomainError as error:
        raise CommandError(
            f"{text} is no key of a course run. Write it as course-v1:ORG+COURSE+RUN, in "
            f"{KEY_MAX_LENGTH} characters or fewer."
        ) from error
