"""People in course runs, for tests here and in the layers above."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Any

from django.contrib.auth import get_user_model

from common.core.keys import CourseKey
from common.enrollments.api import enroll, get_learner_context
from common.enrollments.data import LearnerContext

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
_numbers = count(1)


def make_user(username: str = "", **values: Any) -> Any:
    """Return a person with an account."""
    return get_user_model()._default_manager.create(
        username=username or f"user{next(_numbers)}", **values
    )


def make_learner(course_key: CourseKey, username: str = "", **values: Any) -> Any:
    """Return a person who is enrolled in the run, rules aside; ``mode`` may be given."""
    mode = values.pop("mode", "audit")
    user = make_user(username, **values)
    enroll(course_key, user, now=NOW, mode=mode, check=False)
    return user


def context_of(course_key: CourseKey, user: Any) -> LearnerContext:
    """Return what a request would know of this person."""
    return get_learner_context(course_key, user)
