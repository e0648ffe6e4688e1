"""Each number of the progress page opens to its why: attempts, sums, what is left out."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from common.accounts.tests.factories import make_user
from common.content.tests.factories import make_course, problem, section, subsection, unit
from common.core.counting import count_statements
from common.core.keys import BlockKey, CourseKey, usage_key
from common.enrollments import api as enrollments

pytestmark = pytest.mark.django_db


def course_of(count: int, drop: int) -> CourseKey:
    """Return a course of ``count`` homeworks of one problem each, ``p0``, ``p1`` and so on."""
    kind = {"type": "Homework", "min_count": count, "drop_count": drop, "weight": 1.0}
    works = [
        subsection(f"s{n}", unit(f"u{n}", problem(f"p{n}")), graded=True, format="Homework")
        for n in range(count)
    ]
    return make_course(sections=[section("c", *works)], policy={"GRADER": [kind]})


def learner_of(key: CourseKey) -> Client:
    user = make_user()
    enrollments.enroll(key, user, now=timezone.now(), check=False)
    client = Client()
    client.force_login(user)
    return client


def answer(client: Client, key: CourseKey, name: str, choice: str) -> None:
    usage = usage_key(key, BlockKey("problem", name))
    url = f"/courses/{key}/xblock/{usage}/handler/problem_check"
    assert client.post(url, {f"input_{name}_2_1": choice}).status_code == 200


def read(client: Client, key: CourseKey) -> str:
    page = client.get(f"/courses/{key}/progress/").content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", page).split()).replace("\xa0", " ")


def test_a_problem_tells_how_often_it_was_handed_in() -> None:
    key = course_of(2, 0)
    client, other = learner_of(key), learner_of(key)
    for choice in ("choice_1", "choice_1", "choice_0"):
        answer(client, key, "p0", choice)
    text = read(client, key)
    assert "1 of 1 · 3 attempts" in text
    assert "0 of 1 · not answered" in text
    answer(client, key, "p1", "choice_1")
    assert "0 of 1 · 1 attempt " in f"{read(client, key)} "
    assert "attempt" not in read(other, key)


@pytest.mark.parametrize(
    ("count", "drop", "why"),
    [
        pytest.param(3, 1, ["left out: the lowest of 3"], id="one"),
        pytest.param(4, 2, ["left out: one of the 2 lowest of 4"] * 2, id="two"),
        pytest.param(3, 0, [], id="none"),
    ],
)
def test_what_is_left_out_says_why(count: int, drop: int, why: list[str]) -> None:
    key = course_of(count, drop)
    client = learner_of(key)
    answer(client, key, "p0", "choice_0")
    assert re.findall(r"\((left out[^)]*)\)", read(client, key)) == why


def test_an_average_opens_to_its_sum() -> None:
    key = course_of(5, 1)
    client = learner_of(key)
    for name in ("p0", "p1"):
        answer(client, key, name, "choice_0")
    text = read(client, key)
    assert "Those that count make 200 % together; divided by 4: 50 %." in text


@pytest.mark.parametrize("count", [1, 12])
def test_attempts_cost_the_page_one_statement(count: int) -> None:
    key = course_of(count, 0)
    client = learner_of(key)
    for number in range(count):
        answer(client, key, f"p{number}", "choice_0")
    read(client, key)
    found: Any
    with count_statements() as found:
        read(client, key)
    assert len(found) <= 8, found


def test_what_is_drawn_once_for_all_is_nobodys_answer_and_in_the_readers_language() -> None:
    key = course_of(2, 0)
    first, second = learner_of(key), learner_of(key)
    assert read(first, key).count("0 of 1 · not answered") == 2
    answer(first, key, "p0", "choice_0")
    assert "1 of 1 · 1 attempt" in read(first, key)
    # The other's page comes from what was drawn before, and has nothing of the answer.
    assert read(second, key).count("0 of 1 · not answered") == 2
    second.cookies[settings.LANGUAGE_COOKIE_NAME] = "fr"
    french = read(second, key)
    assert "not answered" not in french
    assert french.count("sans réponse") == 2
    assert read(first, key).count("0 of 1 · not answered") == 1
