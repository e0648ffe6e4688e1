"""Courses and people for tests of the API."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.utils import timezone

from common.accounts import api as accounts
from common.accounts.tests.factories import make_user
from common.core.keys import BlockKey, CourseKey, usage_key
from common.enrollments import api as enrollments

POLICY = {
    "GRADER": [
        {"type": "Homework", "min_count": 1, "drop_count": 0, "short_label": "HW", "weight": 1.0}
    ],
    "GRADE_CUTOFFS": {"Pass": 0.5},
}


def sign_in(user: Any) -> Client:
    client = Client(headers={"accept": "application/json"})
    client.force_login(user)
    return client


def learner_of(key: CourseKey, name: str = "ada", **values: Any) -> tuple[Client, Any]:
    """Return somebody who takes the course, signed in."""
    mode = values.pop("mode", "audit")
    user = make_user(name, **values)
    enrollments.enroll(key, user, now=timezone.now(), mode=mode, check=False)
    return sign_in(user), user


def staff_of(key: CourseKey, name: str = "eve") -> tuple[Client, Any]:
    """Return one of the course's staff, signed in; they do not take it."""
    user = make_user(name)
    accounts.grant_role(user_id=user.pk, role=accounts.Role.STAFF, course_key=key)
    return sign_in(user), user


def stranger(name: str = "bob") -> tuple[Client, Any]:
    """Return somebody who has nothing to do with the course, signed in."""
    user = make_user(name)
    return sign_in(user), user


def usage(key: CourseKey, kind: str, name: str) -> str:
    return str(usage_key(key, BlockKey(kind, name)))


def press(client: Client, key: CourseKey, name: str, choice: str = "choice_0") -> None:
    """Answer a problem of the factories; ``choice_0`` is right."""
    block = usage(key, "problem", name)
    answer = client.post(
        f"/courses/{key}/xblock/{block}/handler/problem_check",
        {f"input_{name}_2_1": choice, "attempt": "0"},
    )
    assert answer.status_code == 200, answer.content
