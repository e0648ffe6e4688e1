"""The catalogue and what apps ask about a course, as they decode it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from common.accounts.tests.factories import make_user
from common.content.tests.factories import make_course
from common.core.counting import count_statements
from common.core.keys import CourseKey
from lms.api.learning.tests.people import learner_of, sign_in, staff_of, stranger

pytestmark = pytest.mark.django_db
LIST = "/api/courses/v1/courses/"
LATER = (datetime.now(UTC) + timedelta(days=5)).isoformat()


def key_of(name: str) -> str:
    return f"course-v1:Lyceum+{name}+2026"


def make(name: str, **settings: Any) -> CourseKey:
    return make_course(key_of(name), sections=[], settings={"display_name": name, **settings})


def ask(client: Client | None = None, **query: Any) -> Any:
    return (client or Client()).get(LIST, query)


def found(**query: Any) -> set[str]:
    return {item["name"] for item in ask(**query).json()["results"]}


def test_a_page_has_what_apps_decode() -> None:
    key = make("Water", short_description="Short", self_paced=True, end="2999-01-01T00:00:00Z")
    body = ask().json()
    assert body["pagination"] == {"count": 1, "next": None, "previous": None, "num_pages": 1}
    (course,) = body["results"]
    for name in ("id", "course_id", "name", "number", "org", "blocks_url", "start", "start_type"):
        assert isinstance(course[name], str)
        assert course[name], name
    for name in ("mobile_available", "hidden", "invitation_only"):
        assert isinstance(course[name], bool)
    assert (course["id"], course["pacing"], course["end"]) == (
        str(key),
        "self",
        "2999-01-01T00:00:00Z",
    )
    assert course["media"]["image"]["raw"].startswith("http")
    assert course["media"]["course_image"]["uri"].startswith("http")
    assert Client().get(course["blocks_url"]).status_code in {401, 403}


def test_unlisted_courses_are_found_by_nobody_but_their_staff() -> None:
    hidden = make("Hidden", catalog_visibility="none")
    make("About", catalog_visibility="about")
    make("Listed")
    assert found() == {"Listed"}
    client, _ = staff_of(hidden)
    assert {item["name"] for item in ask(client).json()["results"]} == {"Listed", "Hidden"}
    assert found(permissions="see_about_page") == {"Listed", "About"}


def test_what_cannot_be_joined_is_left_out_where_one_wants_to_join() -> None:
    make("Open")
    make("Invited", invitation_only=True)
    make("Over", end="2020-02-01T00:00:00Z")
    make("Early", enrollment_start=LATER)
    make("Late", enrollment_end="2020-01-02T00:00:00Z")
    assert found(permissions="enroll") == {"Open"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param({"search_term": "wat"}, {"Water"}, id="part of a word"),
        pytest.param({"search_term": "LYCEUM water"}, {"Water"}, id="each word"),
        pytest.param({"search_term": "lyceum wATER"}, {"Water"}, id="whatever the capitals"),
        pytest.param({"search_term": "water fire"}, set(), id="no course with both"),
        pytest.param({"search_term": "%"}, set(), id="no pattern"),
        pytest.param({"search_term": "a\x00b"}, set(), id="a zero byte"),
        pytest.param({"org": "Lyceum"}, {"Water", "Fire"}, id="organisation"),
        pytest.param({"org": "Nobody"}, set(), id="no organisation"),
        pytest.param({"mobile": "true"}, {"Water", "Fire"}, id="for apps: all"),
        pytest.param({"mobile": "false"}, set(), id="not for apps: none"),
        pytest.param({"course_keys": key_of("Fire")}, {"Fire"}, id="by key"),
        pytest.param({"page_size": "1"}, {"Fire"}, id="a page"),
    ],
)
def test_filters(query: dict[str, str], expected: set[str]) -> None:
    make("Water", start="2020-01-01T00:00:00Z")
    make("Fire", start="2021-01-01T00:00:00Z")
    assert found(**query) == expected


@pytest.mark.parametrize(
    ("query", "status"),
    [
        pytest.param({"permissions": "delete"}, 400, id="no such permission"),
        pytest.param({"page": "99"}, 404, id="no such page"),
        pytest.param({"page": "x"}, 404, id="no page"),
        pytest.param({"username": "grace"}, 404, id="somebody else"),
        pytest.param({"username": "nobody"}, 404, id="nobody"),
        pytest.param({"course_keys": "nonsense"}, 404, id="no key"),
    ],
)
def test_a_question_that_cannot_be_is_refused_as_json(query: dict[str, str], status: int) -> None:
    make("Water")
    make_user("grace")
    client, _ = stranger()
    answer = ask(client, **query)
    assert (answer.status_code, isinstance(answer.json(), dict)) == (status, True)


def test_staff_of_the_site_see_the_catalogue_of_somebody_else() -> None:
    hidden = make("Hidden", catalog_visibility="none")
    staff_of(hidden, "eve")
    admin = sign_in(make_user("root", is_staff=True))
    assert [item["name"] for item in ask(admin, username="eve").json()["results"]] == ["Hidden"]


def test_it_takes_as_many_statements_for_any_number_of_courses() -> None:
    counts = []
    for number in range(2):
        for place in range(4):
            make(f"C{number}{place}")
        with count_statements() as statements:
            ask()
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert counts[0] <= 3


@pytest.mark.parametrize("slash", ["", "/"])
def test_one_course_is_told_with_its_overview(slash: str) -> None:
    text = '<p onclick="x()">Read <script>alert(1)</script>this</p>'
    key = make_course(key_of("Water"), sections=[], pages={"about/overview.html": text})
    client, _ = learner_of(key)
    body = client.get(f"{LIST}{key}{slash}").json()
    assert body["is_enrolled"] is True
    assert "Read" in body["overview"]
    assert "script" not in body["overview"]
    assert "onclick" not in body["overview"]
    other, _ = stranger()
    assert other.get(f"{LIST}{key}{slash}").json()["is_enrolled"] is False


@pytest.mark.parametrize("course", ["nonsense", "course-v1:No+Such+Course", key_of("Hidden")])
def test_a_course_that_is_not_to_be_seen_is_not_there(course: str) -> None:
    make("Hidden", catalog_visibility="none")
    client, _ = stranger()
    for address in (
        f"{LIST}{course}",
        f"/api/mobile/v1/course_info/{course}/enrollment_details",
    ):
        answer = client.get(address)
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/json")


def info(client: Client, key: CourseKey, what: str) -> Any:
    return client.get(f"/api/mobile/v1/course_info/{key}/{what}")


def test_news_and_handouts() -> None:
    items = [
        {"id": 1, "date": "May 1", "content": "<p>One</p>", "status": "visible"},
        {"id": 2, "date": "May 2", "content": "<p>Two</p>", "status": "visible"},
        {"id": 3, "date": "May 3", "content": "<p>Gone</p>", "status": "deleted"},
    ]
    pages = {
        "info/updates.items.json": json.dumps(items),
        "info/updates.html": "<ol></ol>",
        "info/handouts.html": "<p>Paper</p>",
    }
    key = make_course(sections=[], pages=pages)
    client, _ = learner_of(key)
    news = info(client, key, "updates").json()
    assert [(item["id"], item["date"]) for item in news] == [(2, "May 2"), (1, "May 1")]
    assert all("content" in item and item["status"] == "visible" for item in news)
    assert "Paper" in info(client, key, "handouts").json()["handouts_html"]


def test_a_course_without_handouts_says_so() -> None:
    key = make("Bare")
    client, _ = learner_of(key)
    assert info(client, key, "handouts").json() == {"handouts_html": None}
    assert info(client, key, "updates").json() == []


@pytest.mark.parametrize("what", ["updates", "handouts"])
def test_news_are_for_those_who_take_the_course(what: str) -> None:
    key = make("Water")
    client, _ = stranger()
    assert info(client, key, what).status_code == 403
    assert info(Client(), key, what).status_code in {401, 403}


def test_an_enrollment_is_told_also_of_a_course_that_has_not_begun() -> None:
    key = make("Later", start=LATER)
    client, _ = learner_of(key)
    body = info(client, key, "enrollment_details").json()
    access = body["course_access_details"]
    assert (access["is_too_early"], access["is_staff"]) == (True, False)
    assert access["has_unmet_prerequisites"] is False
    assert access["courseware_access"]["has_access"] is False
    assert access["courseware_access"]["user_message"]
    assert body["enrollment_details"]["mode"] == "audit"
    assert body["enrollment_details"]["is_active"] is True
    assert body["course_info_overview"]["id"] == str(key)
    other, _ = stranger()
    details = info(other, key, "enrollment_details").json()["enrollment_details"]
    assert details == {"created": None, "mode": None, "is_active": False, "upgrade_deadline": None}


def test_courses_to_pass_first_are_told() -> None:
    first = make("First")
    key = make("Second", pre_requisite_courses=[str(first)])
    client, _ = stranger()
    access = info(client, key, "enrollment_details").json()["course_access_details"]
    assert access["has_unmet_prerequisites"] is True
