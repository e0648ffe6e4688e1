"""Who takes which course, by the codes and shapes that clients decode."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client

from common.accounts.tests.factories import make_user
from common.content.tests.factories import make_course
from common.core.keys import CourseKey
from common.courses.api import get_run
from common.enrollments.api import find_enrollment

pytestmark = pytest.mark.django_db
URL = "/api/enrollment/v1/enrollment"


@pytest.fixture(autouse=True)
def _fresh() -> None:
    for cache in caches.all():
        cache.clear()


@pytest.fixture
def key() -> CourseKey:
    return make_course()


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def post(client: Client, key: Any, url: str = URL, **values: Any) -> Any:
    sent = {"course_details": {"course_id": str(key), "email_opt_in": "true"}, **values}
    return client.post(url, sent, content_type="application/json")


def mode_of(key: CourseKey, user: Any) -> str | None:
    found = find_enrollment(get_run(key).id, user.pk)
    return found.mode if found is not None and found.is_active else None


@pytest.mark.parametrize("url", [URL, f"{URL}/"])
def test_joining_answers_with_the_enrollment(key: CourseKey, url: str) -> None:
    ada = make_user("ada")
    answer = post(client_of(ada), key, url)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["user"], body["mode"], body["is_active"]) == ("ada", "audit", True)
    assert body["created"].endswith("Z")
    details = body["course_details"]
    assert details["course_id"] == str(key)
    assert details["invite_only"] is False
    assert [mode["slug"] for mode in details["course_modes"]] == ["audit"]
    assert {
        "course_name",
        "course_start",
        "course_end",
        "enrollment_start",
        "enrollment_end",
    } <= set(details)
    assert mode_of(key, ada) == "audit"


def test_the_list_costs_the_same_for_any_number(django_assert_max_num_queries: Any) -> None:
    client = client_of(make_user("ada"))
    for number in range(3):
        post(client, make_course(f"course-v1:Lyceum+List{number}+1"))
    with django_assert_max_num_queries(9):
        body = client.get(URL).json()
    assert len(body) == 3


@pytest.mark.parametrize("form", ["+", "%2B", " "])
def test_keys_are_read_in_every_form(key: CourseKey, form: str) -> None:
    client = client_of(make_user("ada"))
    post(client, key)
    text = str(key).replace("+", form)
    assert client.get(f"{URL}/ada,{text}").json()["is_active"] is True
    assert client.get(f"{URL}/{text}/").json()["user"] == "ada"


@pytest.mark.parametrize(
    ("values", "status"),
    [
        pytest.param({"course_details": {}}, 400, id="no course"),
        pytest.param({"course_details": "x"}, 400, id="course of a wrong type"),
        pytest.param({"course_details": {"course_id": 7}}, 400, id="key of a wrong type"),
        pytest.param({"course_details": {"course_id": "course-v1:No+No+No"}}, 400, id="unknown"),
        pytest.param({"is_active": "yes"}, 400, id="is_active is no boolean"),
        pytest.param({"mode": "gold"}, 400, id="unknown mode"),
        pytest.param({"mode": ["audit"]}, 400, id="mode of a wrong type"),
        pytest.param({"mode": "verified"}, 403, id="paid mode"),
        pytest.param({"is_active": False}, 403, id="a learner cannot deactivate"),
        pytest.param({"user": "bob"}, 404, id="somebody else"),
        pytest.param({"user": "nobody"}, 404, id="nobody"),
        pytest.param({"user": {"a": 1}}, 404, id="user of a wrong type"),
    ],
)
def test_what_a_learner_may_not_ask(key: CourseKey, values: dict[str, Any], status: int) -> None:
    ada = make_user("ada")
    make_user("bob")
    answer = post(client_of(ada), key, **values)
    assert answer.status_code == status
    assert answer.json()["message"]
    assert mode_of(key, ada) is None


@pytest.mark.parametrize("body", ["[]", "7", "null", '"x"'])
def test_bodies_that_are_no_objects_are_400(body: str) -> None:
    client = client_of(make_user("ada"))
    answer = client.post(URL, body, content_type="application/json")
    assert answer.status_code == 400
    assert isinstance(answer.json(), dict)


def test_staff_enroll_others_in_any_mode_and_end_it(key: CourseKey) -> None:
    bob = make_user("bob")
    staff = client_of(make_user("eve", is_staff=True))
    assert post(staff, key, user="bob", mode="verified").status_code == 200
    assert mode_of(key, bob) == "verified"
    assert post(staff, key, user="bob", mode="audit", is_active=False).status_code == 400
    assert post(staff, key, user="bob", is_active=False).json()["is_active"] is False
    assert mode_of(key, bob) is None
    assert post(staff, key, user="nobody").status_code == 406


def test_a_rule_that_says_no_is_told() -> None:
    closed = make_course("course-v1:Lyceum+Closed+1", settings={"invitation_only": True})
    answer = post(client_of(make_user("ada")), closed)
    assert answer.status_code == 403
    assert answer.json()["message"]


def test_what_others_take_is_hidden(key: CourseKey) -> None:
    make_user("bob")
    client = client_of(make_user("ada"))
    for address in (f"{URL}?user=bob", f"{URL}?user=nobody", f"{URL}/bob,{key}", f"{URL}/no,{key}"):
        assert client.get(address).status_code == 404
    staff = client_of(make_user("eve", is_staff=True))
    assert staff.get(f"{URL}?user=bob").json() == []


def test_strangers_are_asked_who_they_are_but_see_courses(key: CourseKey) -> None:
    assert Client().get(URL).status_code == 401
    assert post(Client(), key).status_code == 401
    body = Client().get(f"/api/enrollment/v1/course/{key}?include_expired=1").json()
    assert body["course_id"] == str(key)


def test_a_course_that_is_not_published_is_hidden() -> None:
    key = make_course(published=False)
    assert Client().get(f"/api/enrollment/v1/course/{key}").status_code == 404


def test_too_many_calls_are_429_and_staff_have_more(key: CourseKey) -> None:
    client = client_of(make_user("ada"))
    codes = [client.get("/api/enrollment/v1/roles/").status_code for _ in range(41)]
    assert codes[:40] == [200] * 40
    refused = client.get(URL)
    assert (codes[40], refused.status_code) == (429, 429)
    assert int(refused["Retry-After"]) > 0
    assert client_of(make_user("bob")).get(URL).status_code == 200


def test_a_free_basket_is_an_enrollment(key: CourseKey) -> None:
    ada = make_user("ada")
    client = client_of(ada)
    url = "/api/commerce/v0/baskets/"
    assert client.post(url, {"course_id": str(key)}).status_code == 200
    assert mode_of(key, ada) == "audit"
    assert client.post(url, {"course_id": str(key)}).status_code == 409
    assert client.post(url, {"course_id": "nothing"}).status_code == 406
    assert client.post(url).status_code == 406
