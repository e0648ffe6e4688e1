"""A subsection that another opens: locked everywhere until the points and the work are there."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from common.accounts import api as accounts
from common.accounts.tests.factories import make_user
from common.content.tests.factories import html, make_course, problem, section, subsection, unit
from common.core.counting import count_statements
from common.core.keys import BlockKey, CourseKey, usage_key
from common.enrollments import api as enrollments

pytestmark = pytest.mark.django_db


def make_gated(**gate: Any) -> CourseKey:
    wanted = {"prereq": "first", "prereq_min_score": 50, "prereq_min_completion": 0, **gate}
    return make_course(
        sections=[
            section(
                "c",
                subsection(
                    "first",
                    unit("u1", problem("p1"), problem("p2"), display_name="One"),
                    display_name="First part",
                ),
                subsection(
                    "second",
                    unit("u2", problem("q", data=""), html("secret", "<p>Secret</p>")),
                    display_name="Second part",
                    **wanted,
                ),
            )
        ]
    )


def learner_of(key: CourseKey) -> Client:
    user = make_user()
    enrollments.enroll(key, user, now=timezone.now(), check=False)
    client = Client()
    client.force_login(user)
    return client


def page(key: CourseKey, kind: str, name: str) -> str:
    return f"/courses/{key}/learn/{usage_key(key, BlockKey(kind, name))}"


def handler(key: CourseKey, name: str, handler: str = "problem_check") -> str:
    return f"/courses/{key}/xblock/{usage_key(key, BlockKey('problem', name))}/handler/{handler}"


def answer(client: Client, key: CourseKey, name: str, choice: str = "choice_0") -> Any:
    return client.post(handler(key, name), {f"input_{name}_2_1": choice, "attempt": "0"})


def test_a_locked_part_is_shut_on_pages_links_and_handlers() -> None:
    key = make_gated()
    client = learner_of(key)
    home = client.get(f"/courses/{key}/").content.decode()
    assert "Second part" in home
    assert "opens after First part" in home
    for place in (page(key, "vertical", "u2"), page(key, "sequential", "second")):
        shut = client.get(place)
        assert shut.status_code == 403
        text = shut.content.decode()
        assert "Secret" not in text
        assert page(key, "sequential", "first") in text
        assert "50" in text
    usage = usage_key(key, BlockKey("problem", "q"))
    jumped = client.get(f"/courses/{key}/jump_to/{usage}", follow=True)
    assert jumped.status_code == 403
    found = answer(client, key, "q")
    assert (found.status_code, found.json()["error_code"]) == (403, "gated")
    assert client.post(handler(key, "q", "problem_show")).status_code == 403


def test_it_opens_at_once_when_the_score_is_reached() -> None:
    key = make_gated()
    client = learner_of(key)
    assert answer(client, key, "p1", "choice_1").status_code == 200
    assert client.get(page(key, "vertical", "u2")).status_code == 403
    assert answer(client, key, "p2").status_code == 200
    opened = client.get(page(key, "vertical", "u2"))
    assert opened.status_code == 200
    assert "Secret" in opened.content.decode()
    assert answer(client, key, "q").status_code == 200
    assert "opens after" not in client.get(f"/courses/{key}/").content.decode()


@pytest.mark.parametrize(
    ("gate", "answered", "status"),
    [
        pytest.param({"prereq_min_score": 100}, ["p1"], 403, id="half the points of all"),
        pytest.param({"prereq_min_score": 100}, ["p1", "p2"], 200, id="all the points"),
        pytest.param(
            {"prereq_min_score": 0, "prereq_min_completion": 100}, ["p1"], 403, id="half the work"
        ),
        pytest.param(
            {"prereq_min_score": 0, "prereq_min_completion": 100},
            ["p1", "p2"],
            200,
            id="all the work",
        ),
        pytest.param({"prereq_min_score": 0}, [], 200, id="nothing asked"),
        pytest.param({"prereq": "gone"}, [], 200, id="a part that is gone"),
        pytest.param({"prereq": "second"}, [], 200, id="itself"),
        pytest.param({"prereq": ["first"]}, [], 200, id="no name"),
        pytest.param({"prereq_min_score": "x"}, ["p1"], 403, id="no number asks for all"),
    ],
)
def test_what_opens(gate: dict[str, Any], answered: list[str], status: int) -> None:
    key = make_gated(**gate)
    client = learner_of(key)
    for name in answered:
        assert answer(client, key, name).status_code == 200
    assert client.get(page(key, "vertical", "u2")).status_code == status


def test_staff_go_in_and_see_it_shut_as_a_learner() -> None:
    key = make_gated()
    user = make_user()
    accounts.grant_role(user_id=user.pk, role=accounts.Role.STAFF, course_key=key)
    client = Client()
    client.force_login(user)
    assert client.get(page(key, "vertical", "u2")).status_code == 200
    client.post(f"/courses/{key}/view-as/", {"who": "learner"})
    assert client.get(page(key, "vertical", "u2")).status_code == 403


def test_one_learners_score_opens_nothing_for_another() -> None:
    key = make_gated()
    first, second = learner_of(key), learner_of(key)
    assert answer(first, key, "p1").status_code == 200
    assert first.get(page(key, "vertical", "u2")).status_code == 200
    assert second.get(page(key, "vertical", "u2")).status_code == 403


def test_a_gated_course_keeps_the_budget_of_a_unit_page() -> None:
    key = make_gated()
    client = learner_of(key)
    answer(client, key, "p1")
    client.get(page(key, "vertical", "u2"))
    with count_statements() as found:
        assert client.get(page(key, "vertical", "u2")).status_code == 200
    assert len(found) <= 10, found
