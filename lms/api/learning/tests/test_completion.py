"""What clients tell of somebody's work, and the courses that apps list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from common.blocks.models import LearnerBlockState
from common.content.tests.factories import html, make_course, problem, section, subsection, unit
from common.core.counting import count_statements
from common.core.keys import CourseKey
from common.enrollments import api as enrollments
from common.enrollments.models import Enrollment
from common.tracking.models import OutboxEvent
from lms.api.learning.tests.people import POLICY, learner_of, press, staff_of, stranger, usage

pytestmark = pytest.mark.django_db
BATCH = "/api/completion/v1/completion-batch"
LATER = (datetime.now(UTC) + timedelta(days=5)).isoformat()


def make(name: str = "T101", **settings: Any) -> CourseKey:
    return make_course(
        f"course-v1:Lyceum+{name}+2026",
        sections=[
            section(
                "c",
                subsection(
                    "s",
                    unit("u", html("h"), problem("p"), display_name="Open"),
                    unit("u2", html("h2"), html("staff", visible_to_staff_only=True)),
                    graded=True,
                    format="Homework",
                    due="2999-01-01T00:00:00Z",
                ),
            )
        ],
        settings={"display_name": name, **settings},
        policy=POLICY,
    )


def send(client: Client, key: Any, blocks: Any, username: str = "ada", **body: Any) -> Any:
    sent = {"username": username, "course_key": str(key), "blocks": blocks, **body}
    return client.post(BATCH, sent, content_type="application/json")


def done() -> dict[str, float | None]:
    return dict(LearnerBlockState.objects.values_list("block", "completion"))


@pytest.mark.parametrize("share", [1.0, 1, "1", "1.0"])
def test_blocks_are_completed(share: Any) -> None:
    key = make()
    client, _ = learner_of(key)
    names = [usage(key, "html", "h"), usage(key, "html", "h2")]
    answer = send(client, key, dict.fromkeys(names, share))
    assert (answer.status_code, "detail" in answer.json()) == (200, True)
    assert done() == {"html@h": 1.0, "html@h2": 1.0}
    assert OutboxEvent.objects.filter(line__contains="block_completion").count() == 2


def test_what_was_done_stays_done() -> None:
    key = make()
    client, _ = learner_of(key)
    name = usage(key, "html", "h")
    send(client, key, {name: 1.0})
    assert send(client, key, {name: 0.0}).status_code == 200
    assert done() == {"html@h": 1.0}


def test_a_problem_is_completed_by_answers_alone() -> None:
    key = make()
    client, _ = learner_of(key)
    assert send(client, key, {usage(key, "problem", "p"): 1.0}).status_code == 200
    assert send(client, key, {usage(key, "vertical", "u"): 1.0}).status_code == 200
    assert done() == {}


def _blocks(key: CourseKey, name: str = "h", share: Any = 1) -> dict[str, Any]:
    return {usage(key, "html", name): share}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        pytest.param({"course_key": ""}, 400, id="no course"),
        pytest.param({"course_key": "nonsense"}, 400, id="no key"),
        pytest.param({"course_key": ["x"]}, 400, id="a list"),
        pytest.param({"course_key": "course-v1:No+Such+Course"}, 404, id="no such course"),
        pytest.param({"username": ""}, 400, id="nobody"),
        pytest.param({"username": "grace"}, 404, id="somebody else"),
        pytest.param({"username": "nobody"}, 404, id="no such person"),
        pytest.param({"blocks": {}}, 400, id="no blocks"),
        pytest.param({"blocks": [1]}, 400, id="a list of blocks"),
        pytest.param({"blocks": {"nonsense": 1}}, 400, id="no usage key"),
        pytest.param({"blocks": {"x" * 100: 1}}, 400, id="no usage key at all"),
    ],
)
def test_what_cannot_be_completed(change: dict[str, Any], status: int) -> None:
    key = make()
    client, _ = learner_of(key)
    learner_of(key, "grace")
    body = {"username": "ada", "course_key": str(key), "blocks": _blocks(key), **change}
    answer = client.post(BATCH, body, content_type="application/json")
    assert (answer.status_code, isinstance(answer.json(), dict)) == (status, True)
    assert done() == {}


@pytest.mark.parametrize("share", [-1, 2, "x", None, True, "nan", "inf", [], {}])
def test_what_is_no_share_is_refused(share: Any) -> None:
    key = make()
    client, _ = learner_of(key)
    assert send(client, key, _blocks(key, share=share)).status_code == 400


@pytest.mark.parametrize("name", ["staff", "nothing"])
def test_all_or_none_where_a_block_is_not_the_learners(name: str) -> None:
    key = make()
    client, _ = learner_of(key)
    answer = send(client, key, {**_blocks(key), **_blocks(key, name)})
    assert (answer.status_code, done()) == (400, {})


def test_blocks_of_another_course_are_refused() -> None:
    key, other = make(), make("T102")
    client, _ = learner_of(key)
    assert send(client, key, _blocks(other)).status_code == 400


def test_only_those_who_take_the_course_complete_something() -> None:
    key = make()
    client, _ = stranger()
    assert send(client, key, _blocks(key), username="bob").status_code == 400
    staff, _ = staff_of(key)
    assert send(staff, key, _blocks(key), username="eve").status_code == 400
    assert send(Client(), key, _blocks(key)).status_code in {401, 403}


def test_a_session_needs_its_csrf_token() -> None:
    key = make()
    _, user = learner_of(key)
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    assert send(client, key, _blocks(key)).status_code == 403
    assert done() == {}


def status_url(key: Any, name: str = "ada") -> str:
    return f"/api/mobile/v1/users/{name}/course_status_info/{key}"


def patch(client: Client, key: CourseKey, body: Any, name: str = "ada") -> Any:
    return client.patch(status_url(key, name), body, content_type="application/json")


def test_before_any_work_one_is_at_the_first_unit() -> None:
    key = make()
    client, _ = learner_of(key)
    body = client.get(status_url(key)).json()
    assert body["last_visited_module_id"] == usage(key, "vertical", "u")
    assert body["last_visited_block_id"] == ""
    assert body["last_visited_module_path"] == [
        usage(key, "vertical", "u"),
        usage(key, "sequential", "s"),
        usage(key, "chapter", "c"),
        usage(key, "course", "course"),
    ]


def test_a_course_without_units_has_a_place_too() -> None:
    key = make_course(sections=[])
    client, _ = learner_of(key)
    assert client.get(status_url(key)).json()["last_visited_module_id"] == usage(
        key, "course", "course"
    )


@pytest.mark.parametrize(
    "place", [("vertical", "u2"), ("html", "h2")], ids=["a unit", "a block in it"]
)
def test_where_one_was_is_remembered_for_app_and_pages(place: tuple[str, str]) -> None:
    key = make()
    client, _ = learner_of(key)
    body = patch(client, key, {"last_visited_module_id": usage(key, *place)}).json()
    assert body["last_visited_module_id"] == usage(key, "vertical", "u2")
    assert client.get(status_url(key)).json() == body
    home = client.get(f"/api/course_home/outline/{key}").json()
    assert home["resume_course"]["url"].endswith(usage(key, "vertical", "u2"))


def test_what_an_app_remembers_from_before_changes_nothing() -> None:
    key = make()
    client, _ = learner_of(key)
    press(client, key, "p")
    old = {
        "last_visited_module_id": usage(key, "vertical", "u2"),
        "modification_date": "2020-01-01T00:00:00Z",
    }
    assert patch(client, key, old).json()["last_visited_module_id"] == usage(key, "vertical", "u")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"last_visited_module_id": "nonsense"}, id="no key"),
        pytest.param({"last_visited_module_id": 7}, id="a number"),
        pytest.param(
            {"last_visited_module_id": "block-v1:A+B+C+type@html+block@h"}, id="another course"
        ),
        pytest.param({"modification_date": "yesterday"}, id="no date"),
        pytest.param({"modification_date": "2020-13-45T00:00:00Z"}, id="no such date"),
        pytest.param({"modification_date": 5}, id="a number for a date"),
        pytest.param([], id="a list"),
    ],
)
def test_a_place_that_cannot_be_is_refused(body: Any) -> None:
    key = make()
    client, _ = learner_of(key)
    answer = patch(client, key, body)
    assert (answer.status_code, isinstance(answer.json(), dict)) == (400, True)


def test_where_others_are_is_hidden() -> None:
    key = make()
    client, _ = learner_of(key)
    learner_of(key, "grace")
    assert client.get(status_url(key, "grace")).status_code == 404
    assert patch(client, key, {}, "grace").status_code == 404


def taken(client: Client, version: str, name: str = "ada", **query: Any) -> Any:
    answer = client.get(f"/api/mobile/v{version}/users/{name}/course_enrollments/", query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def check_enrollment(entry: Any) -> None:
    for name in ("created", "mode"):
        assert isinstance(entry[name], str), name
    assert entry["is_active"] is True
    assert [mode["slug"] for mode in entry["course_modes"]] == [entry["mode"]]
    course = entry["course"]
    for name in (
        *("id", "name", "number", "org", "start_type", "subscription_id"),
        *("course_image", "course_about"),
    ):
        assert isinstance(course[name], str), name
    assert course["start_type"] in {"timestamp", "string", "empty"}
    assert isinstance(course["courseware_access"]["has_access"], bool)
    assert isinstance(course["is_self_paced"], bool)
    assert set(course["media"]["image"]) == {"raw", "small", "large"}
    assert set(course["course_sharing_utm_parameters"]) == {"facebook", "twitter"}


def test_each_version_has_its_form() -> None:
    key = make()
    client, _ = learner_of(key)
    for version in ("0.5", "1"):
        (entry,) = taken(client, version)
        check_enrollment(entry)
    body = taken(client, "2")
    assert isinstance(body["configs"]["config"], str)
    check_enrollment(body["enrollments"][0])
    pages = taken(client, "3")["enrollments"]
    assert (pages["count"], pages["num_pages"], pages["current_page"]) == (1, 1, 1)
    check_enrollment(pages["results"][0])
    body = taken(client, "4")
    check_enrollment(body["primary"])
    assert body["enrollments"]["results"] == []
    assert body["primary"]["course_status"]["last_visited_module_id"]
    assert body["primary"]["course_progress"] == {
        "assignments_completed": 0,
        "total_assignments_count": 1,
    }
    (due,) = body["primary"]["course_assignments"]["future_assignments"]
    assert due["assignment_type"] == "Homework"


def test_the_course_that_one_is_in_comes_first_and_is_not_listed_again() -> None:
    old, new = make("Old"), make("New")
    client, user = learner_of(old)
    enrollments.enroll(new, user, now=timezone.now(), check=False)
    long_ago = timezone.now() - timedelta(days=40)
    Enrollment.objects.filter(learner=user).update(created_at=long_ago)
    press(client, old, "p")
    body = taken(client, "4", requested_fields="course_progress")
    assert body["primary"]["course"]["name"] == "Old"
    (other,) = body["enrollments"]["results"]
    assert other["course"]["name"] == "New"
    assert other["course_progress"]["total_assignments_count"] == 1
    answer = client.get("/api/mobile/v1/users/ada/enrollments_status/").json()
    assert {item["course_name"]: item["recently_active"] for item in answer} == {
        "Old": True,
        "New": False,
    }


def test_a_status_chooses_courses() -> None:
    make_over = {"end": "2020-02-01T00:00:00Z"}
    running, over, finished = make("Running"), make("Over", **make_over), make("Done", **make_over)
    client, user = learner_of(running)
    for key in (over, finished):
        enrollments.enroll(key, user, now=timezone.now(), check=False)
    press(client, finished, "p")
    send(client, finished, {usage(finished, "html", name): 1 for name in ("h", "h2")})

    def names(status: str) -> set[str]:
        body = taken(client, "4", status=status)
        assert body["primary"] is None
        return {entry["course"]["name"] for entry in body["enrollments"]["results"]}

    assert names("all") == {"Running", "Over", "Done"}
    assert names("in_progress") == {"Running"}
    assert names("completed") == {"Done"}
    assert names("expired") == {"Over"}


def test_a_course_that_has_not_begun_is_listed_as_shut() -> None:
    key = make(start=LATER)
    client, _ = learner_of(key)
    body = taken(client, "4")
    check_enrollment(body["primary"])
    access = body["primary"]["course"]["courseware_access"]
    assert (access["has_access"], access["error_code"]) == (False, "course_not_started")
    assert client.get("/api/mobile/v1/download_courses/ada").json() == []


def test_who_takes_nothing_has_an_empty_list() -> None:
    client, _ = stranger()
    body = taken(client, "4", "bob")
    assert (body["primary"], body["enrollments"]["results"]) == (None, [])
    assert taken(client, "1", "bob") == []


def test_courses_are_kept_to_an_organisation() -> None:
    key = make()
    client, _ = learner_of(key)
    assert len(taken(client, "1", org="lyceum")) == 1
    assert taken(client, "1", org="other") == []


@pytest.mark.parametrize(
    "address",
    [
        "/api/mobile/v1/users/grace/course_enrollments/",
        "/api/mobile/v1/users/grace/enrollments_status/",
        "/api/mobile/v1/download_courses/grace",
    ],
)
def test_what_others_take_is_hidden(address: str) -> None:
    key = make()
    client, _ = learner_of(key)
    learner_of(key, "grace")
    assert client.get(address).status_code == 404
    assert Client().get(address).status_code in {401, 403}


@pytest.mark.parametrize("version", ["1", "4"])
def test_it_takes_as_many_statements_for_any_number_of_courses(version: str) -> None:
    first = make("C0")
    client, user = learner_of(first)
    counts = []
    for number in range(1, 3):
        for place in range(3):
            key = make(f"C{number}{place}")
            enrollments.enroll(key, user, now=timezone.now(), check=False)
        taken(client, version)
        with count_statements() as found:
            taken(client, version)
        counts.append(len(found))
    assert counts[0] == counts[1]
    assert counts[0] <= 10
