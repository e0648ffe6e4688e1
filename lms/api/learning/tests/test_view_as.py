"""Staff who look at their course as somebody else: the API follows, and keeps nothing of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from common.blocks.models import LearnerBlockState
from common.content.tests.factories import html, make_course, problem, section, subsection, unit
from common.core.keys import CourseKey
from common.enrollments import api as enrollments
from lms.api.learning.tests.people import POLICY, learner_of, press, staff_of, usage

pytestmark = pytest.mark.django_db
WEB = "/api/courses/v1/blocks/"


def make() -> CourseKey:
    work = subsection(
        "s",
        unit("u", problem("p"), html("h")),
        unit("staff", html("x"), visible_to_staff_only=True),
        graded=True,
        format="Homework",
    )
    return make_course(sections=[section("c", work)], policy=POLICY)


def look(client: Client, key: CourseKey, who: str, **fields: str) -> None:
    answer = client.post(f"/courses/{key}/view-as/", {"who": who, **fields})
    assert answer.status_code == 302, answer.content


def names(client: Client, key: CourseKey, **query: str) -> set[str]:
    asked = {"course_id": str(key), "depth": "all", **query}
    answer = client.get(WEB, asked)
    assert answer.status_code == 200, answer.content
    return {block["block_id"] for block in answer.json()["blocks"].values()}


def test_blocks_are_those_of_whom_one_looks_as() -> None:
    key = make()
    client, _ = staff_of(key)
    assert "staff" in names(client, key)
    look(client, key, "learner")
    assert "staff" not in names(client, key)
    assert "u" in names(client, key)
    refused = client.get(WEB, {"course_id": str(key), "all_blocks": "true"})
    assert refused.status_code == 403


def test_progress_and_place_are_those_of_a_named_learner() -> None:
    key = make()
    learner, _ = learner_of(key)
    press(learner, key, "p")
    client, _ = staff_of(key)
    look(client, key, "person", name="ada")
    body = client.get(f"/api/course_home/progress/{key}").json()
    assert (body["username"], body["course_grade"]["percent"]) == ("ada", 1.0)
    own = client.get(f"/api/mobile/v1/users/eve/course_status_info/{key}").json()
    assert own["last_visited_block_id"] == usage(key, "problem", "p")


@pytest.mark.parametrize("who", ["learner", "person"])
def test_nothing_that_is_told_meanwhile_is_kept(who: str) -> None:
    key = make()
    learner_of(key)
    client, user = staff_of(key)
    enrollments.enroll(key, user, now=timezone.now(), check=False)
    look(client, key, who, **({"name": "ada"} if who == "person" else {}))
    told: dict[str, Any] = {"username": "eve", "course_key": str(key)}
    told["blocks"] = {usage(key, "html", "h"): 1}
    client.post("/api/completion/v1/completion-batch", told, content_type="application/json")
    client.patch(
        f"/api/mobile/v1/users/eve/course_status_info/{key}",
        {"last_visited_module_id": usage(key, "vertical", "u")},
        content_type="application/json",
    )
    assert not LearnerBlockState.objects.exists()


def test_a_learner_who_asks_to_look_as_others_is_still_a_learner() -> None:
    key = make()
    client, _ = learner_of(key)
    assert client.post(f"/courses/{key}/view-as/", {"who": "learner"}).status_code in {403, 404}
    assert "staff" not in names(client, key)
