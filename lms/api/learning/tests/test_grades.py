"""A grade is told to whom it belongs, to the staff of the course, and to nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import AccessToken

from common.content.tests.factories import make_course, problem, section, subsection, unit
from common.core.keys import CourseKey
from lms.api.learning.tests.people import POLICY, learner_of, press, staff_of, stranger

pytestmark = pytest.mark.django_db


@pytest.fixture
def key() -> CourseKey:
    work = subsection("s", unit("u", problem("p")), graded=True, format="Homework")
    return make_course(sections=[section("c", work)], policy=POLICY)


def ask(client: Client, key: CourseKey, username: str, status: int = 200) -> Any:
    answer = client.get(f"/api/grades/v1/courses/{key}/", {"username": username})
    assert answer.status_code == status, answer.content
    return answer.json()


def test_ones_own_grade_follows_ones_answers(key: CourseKey) -> None:
    client, user = learner_of(key)
    wanted = {"username": "ada", "email": user.email, "course_id": str(key)}
    nothing = {**wanted, "passed": False, "percent": 0.0, "letter_grade": None}
    assert ask(client, key, "ada") == [nothing]
    press(client, key, "p")
    assert ask(client, key, "ada") == [
        {**wanted, "passed": True, "percent": 1.0, "letter_grade": "Pass"}
    ]


def test_staff_read_those_of_others_and_learners_do_not(key: CourseKey) -> None:
    client, _ = learner_of(key)
    press(client, key, "p")
    learner_of(key, "bert")
    assert ask(staff_of(key)[0], key, "ada")[0]["percent"] == 1.0
    ask(client, key, "bert", 403)
    ask(client, key, "nobody", 403)
    ask(stranger()[0], key, "bob", 403)
    ask(Client(), key, "ada", 401)


@pytest.mark.parametrize(("name", "status"), [("", 400), ("nobody", 404), ("eve", 404)])
def test_who_is_not_there_has_no_grade(key: CourseKey, name: str, status: int) -> None:
    ask(staff_of(key)[0], key, name, status)


@pytest.mark.parametrize(
    ("scope", "status"), [("grades:read", 200), ("read", 200), ("enrollments:read", 403)]
)
def test_the_scope_for_grades_is_enough(key: CourseKey, scope: str, status: int) -> None:
    _, user = learner_of(key)
    over = timezone.now() + timedelta(minutes=1)
    AccessToken.objects.create(user=user, token="secret", expires=over, scope=scope)
    ask(Client(headers={"authorization": "Bearer secret"}), key, "ada", status)
