"""A block alone, as apps show it: by the rules of its page, without the site around it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from common.accounts.tests.factories import make_user
from common.content.tests.factories import html, make_course, problem, section, subsection, unit
from common.core.counting import count_statements
from common.core.keys import BlockKey, CourseKey, usage_key
from common.enrollments import api as enrollments

pytestmark = pytest.mark.django_db


def make(**settings: Any) -> CourseKey:
    return make_course(
        sections=[
            section(
                "c",
                subsection(
                    "s",
                    unit("u", html("h", "<p>Read me</p>"), problem("p"), display_name="One"),
                    unit("staff", html("x", "<p>Secret</p>"), visible_to_staff_only=True),
                ),
                subsection("gated", unit("g", html("y", "<p>Secret</p>")), prereq="s"),
            )
        ],
        settings=settings,
    )


def learner_of(key: CourseKey) -> Client:
    user = make_user()
    enrollments.enroll(key, user, now=timezone.now(), check=False)
    client = Client()
    client.force_login(user)
    return client


def address(key: CourseKey, kind: str, name: str, slash: str = "") -> str:
    return f"/xblock/{usage_key(key, BlockKey(kind, name))}{slash}"


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_unit_is_shown_without_the_site_around_it(slash: str) -> None:
    key = make()
    page = learner_of(key).get(address(key, "vertical", "u", slash))
    text = page.content.decode()
    assert page.status_code == 200
    assert "Read me" in text
    assert "problem_check" in text or "data-usage-id" in text
    assert "topbar" not in text
    assert "unit-turn" not in text


def test_a_block_of_a_unit_is_shown_alone() -> None:
    key = make()
    text = learner_of(key).get(address(key, "html", "h")).content.decode()
    assert "Read me" in text
    assert "choicegroup" not in text
    assert str(usage_key(key, BlockKey("vertical", "u"))) in text


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        pytest.param("vertical", "staff", id="for staff"),
        pytest.param("html", "x", id="in a unit for staff"),
        pytest.param("html", "y", id="locked"),
        pytest.param("sequential", "s", id="no unit"),
        pytest.param("course", "course", id="the course"),
        pytest.param("html", "nothing", id="no block"),
    ],
)
def test_what_pages_do_not_show_is_not_shown_alone(kind: str, name: str) -> None:
    key = make()
    page = learner_of(key).get(address(key, kind, name))
    assert page.status_code in {403, 404}
    assert "Secret" not in page.content.decode()


def test_only_those_who_take_the_course_see_it() -> None:
    key = make()
    stranger = Client()
    stranger.force_login(make_user())
    assert stranger.get(address(key, "vertical", "u")).status_code == 403
    visitor = Client().get(address(key, "vertical", "u"))
    assert (visitor.status_code, "/accounts/" in visitor["Location"]) == (302, True)


def test_it_takes_no_more_statements_than_the_page() -> None:
    key = make()
    client = learner_of(key)
    client.get(address(key, "vertical", "u"))
    with count_statements() as found:
        client.get(address(key, "vertical", "u"))
    assert len(found) <= 10
