"""The course's first page, dates and progress, as apps and the web decode them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from common.accounts import api as accounts
from common.content.tests.factories import html, make_course, problem, section, subsection, unit
from common.core.counting import count_statements
from common.core.keys import CourseKey
from common.enrollments import api as enrollments
from common.enrollments.models import Enrollment
from lms.api.learning.tests.people import POLICY, learner_of, press, staff_of, stranger, usage

pytestmark = pytest.mark.django_db
LATER = (datetime.now(UTC) + timedelta(days=5)).isoformat()
DUE = "2999-01-02T03:04:05Z"


def make(**settings: Any) -> CourseKey:
    graded = {"graded": True, "format": "Homework"}
    return make_course(
        sections=[
            section(
                "c",
                subsection(
                    "s",
                    unit("u", problem("p"), problem("q"), display_name="Open"),
                    unit("hidden", html("h"), visible_to_staff_only=True),
                    display_name="Work",
                    due=DUE,
                    **graded,
                ),
                subsection(
                    "gated",
                    unit("u3", html("h5")),
                    display_name="Locked",
                    prereq="s",
                    prereq_min_score=100,
                    due=DUE,
                    **graded,
                ),
                display_name="First",
            )
        ],
        settings=settings,
        policy=POLICY,
        pages={"info/handouts.html": "<p>Paper</p>"},
    )


def ask(client: Client, what: str, key: Any, status: int = 200, **query: str) -> Any:
    answer = client.get(f"/api/{what}/{key}", query)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/json")
    return answer.json()


@pytest.mark.parametrize("version", ["course_home", "course_home/v1"])
def test_dates_have_what_apps_decode(version: str) -> None:
    key = make(end="2999-02-01T00:00:00Z")
    client, _ = learner_of(key)
    body = ask(client, f"{version}/dates", key)
    assert body["has_ended"] is False
    assert body["learner_is_full_access"] is True
    for name in ("missed_deadlines", "missed_gated_content", "content_type_gating_enabled"):
        assert body["dates_banner_info"][name] is False
    kinds = [date["date_type"] for date in body["course_date_blocks"]]
    assert kinds == [
        "course-start-date",
        "assignment-due-date",
        "assignment-due-date",
        "course-end-date",
    ]
    for date in body["course_date_blocks"]:
        for name in ("date", "description", "link", "title", "first_component_block_id"):
            assert isinstance(date[name], str), name
        assert isinstance(date["learner_has_access"], bool)
    work, locked = body["course_date_blocks"][1:3]
    assert (work["date"], work["assignment_type"], work["complete"]) == (DUE, "Homework", False)
    assert work["first_component_block_id"] == usage(key, "vertical", "u")
    assert (locked["learner_has_access"], locked["link"]) == (False, "")


def test_work_that_is_done_is_told_to_be() -> None:
    key = make()
    client, _ = learner_of(key)
    press(client, key, "p")
    press(client, key, "q")
    assert ask(client, "course_home/dates", key)["course_date_blocks"][1]["complete"] is True


def test_a_course_that_one_waits_for_tells_when_it_begins_if_asked() -> None:
    key = make(start=LATER)
    client, _ = learner_of(key)
    assert ask(client, "course_home/dates", key, 403)["error_code"] == "course_not_started"
    body = ask(client, "course_home/dates", key, allow_not_started_courses="true")
    assert [date["date_type"] for date in body["course_date_blocks"]] == ["course-start-date"]
    other, _ = stranger()
    ask(other, "course_home/dates", key, 403, allow_not_started_courses="true")


def test_missed_dates_of_ones_own_are_moved() -> None:
    parts = subsection("s", unit("u", problem("p")), relative_weeks_due=1, display_name="Work")
    key = make_course(sections=[section("c", parts)], settings={"self_paced": True})
    client, user = learner_of(key)
    long_ago = datetime.now(UTC) - timedelta(days=30)
    Enrollment.objects.filter(learner_id=user.pk).update(created_at=long_ago)
    what = "course_experience/v1/course_deadlines_info"
    body = ask(client, what, key)
    assert (body["dates_banner_info"]["missed_deadlines"], body["has_ended"]) == (True, False)
    answer = client.post(
        "/api/course_experience/v1/reset_course_deadlines",
        {"course_key": str(key)},
        content_type="application/json",
    )
    assert answer.status_code == 200
    assert all(isinstance(text, str) for text in answer.json().values())
    assert ask(client, what, key)["dates_banner_info"]["missed_deadlines"] is False


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({}, 400, id="no course"),
        pytest.param([], 400, id="a list"),
        pytest.param({"course_key": 7}, 400, id="a number"),
        pytest.param({"course_key": "nonsense"}, 404, id="no key"),
    ],
)
def test_what_cannot_be_moved(body: Any, status: int) -> None:
    client, _ = stranger()
    address = "/api/course_experience/v1/reset_course_deadlines"
    answer = client.post(address, body, content_type="application/json")
    assert (answer.status_code, isinstance(answer.json(), dict)) == (status, True)


def test_progress_has_what_apps_decode() -> None:
    key = make()
    client, _ = learner_of(key)
    press(client, key, "p")
    body = ask(client, "course_home/progress", key)
    assert body["completion_summary"] == {
        "complete_count": 0,
        "incomplete_count": 1,
        "locked_count": 1,
    }
    assert body["course_grade"]["percent"] == 0.5
    assert body["course_grade"]["is_passing"] is True
    assert body["user_has_passing_grade"] is True
    (policy,) = body["grading_policy"]["assignment_policies"]
    assert policy == {
        "type": "Homework",
        "short_label": "HW",
        "weight": 1.0,
        "num_droppable": 0,
        "num_total": 1,
    }
    assert body["grading_policy"]["grade_range"] == {"Pass": 0.5}
    for name in ("enrollment_mode", "studio_url", "username"):
        assert isinstance(body[name], str), name
    assert body["certificate_data"] == {}
    assert body["verification_data"]["status"] == "none"
    assert body["disable_progress_graph"] is False
    for name in ("verified_mode", "access_expiration", "credit_course_requirements"):
        assert body[name] is None
    (chapter,) = body["section_scores"]
    work = chapter["subsections"][0]
    assert (chapter["display_name"], work["display_name"]) == ("First", "Work")
    assert work["block_key"] == usage(key, "sequential", "s")
    assert (work["num_points_earned"], work["num_points_possible"]) == (1.0, 2.0)
    assert (work["percent_graded"], work["show_grades"]) == (0.5, True)
    assert (work["has_graded_assignment"], work["learner_has_access"]) == (True, True)
    assert work["problem_scores"] == [
        {"earned": 1.0, "possible": 1.0},
        {"earned": 0.0, "possible": 1.0},
    ]
    assert work["url"].startswith("http")


@pytest.mark.parametrize("where", ["problem", "subsection"])
def test_points_that_the_page_hides_are_hidden(where: str) -> None:
    hides = {"show_correctness": "never"}
    work = subsection(
        "s",
        unit("u", problem("p", **(hides if where == "problem" else {}))),
        graded=True,
        format="Homework",
        **(hides if where == "subsection" else {}),
    )
    key = make_course(sections=[section("c", work)], policy=POLICY)
    client, _ = learner_of(key)
    press(client, key, "p")
    row = ask(client, "course_home/progress", key)["section_scores"][0]["subsections"][0]
    assert (row["show_grades"], row["num_points_earned"], row["percent_graded"]) == (False, 0, 0)
    assert row["problem_scores"] == []


def test_progress_of_others_is_for_staff() -> None:
    key = make()
    ada, learner = learner_of(key)
    grace, _ = learner_of(key, "grace")
    staff, _ = staff_of(key)
    address = f"{key}/{learner.pk}/"
    assert ask(ada, "course_home/progress", address)["username"] == "ada"
    assert ask(staff, "course_home/progress", address)["username"] == "ada"
    ask(grace, "course_home/progress", address, 404)
    ask(grace, "course_home/progress", f"{key}/999999", 404)
    ask(staff, "course_home/progress", f"{key}/99999999999999999999", 404)


def test_progress_is_for_those_who_take_the_course() -> None:
    key = make(course_visibility="public")
    client, _ = stranger()
    assert ask(client, "course_home/progress", key, 403)["error_code"] == "not_enrolled"


def test_the_first_page_tells_outline_and_way_on() -> None:
    key = make()
    client, _ = learner_of(key)
    press(client, key, "p")
    body = ask(client, "course_home/outline", key)
    blocks = body["course_blocks"]["blocks"]
    assert {block["type"] for block in blocks.values()} == {
        *("course", "chapter", "sequential", "vertical")
    }
    assert usage(key, "vertical", "hidden") not in blocks
    assert usage(key, "vertical", "u3") not in blocks
    assert all(child in blocks for block in blocks.values() for child in block["children"])
    assert blocks[usage(key, "sequential", "gated")]["is_locked"] is True
    assert body["resume_course"]["has_visited_course"] is True
    assert body["resume_course"]["url"].endswith(usage(key, "vertical", "u"))
    assert "Paper" in body["handouts_html"]
    assert body["enroll_alert"]["can_enroll"] is False


def test_the_first_page_tells_whether_one_passes() -> None:
    key = make()
    client, _ = learner_of(key)
    assert ask(client, "course_home/outline", key)["user_has_passing_grade"] is False
    press(client, key, "p")
    assert ask(client, "course_home/outline", key)["user_has_passing_grade"] is True
    for other in (staff_of(key)[0], stranger()[0]):
        assert ask(other, "course_home/outline", key)["user_has_passing_grade"] is False


@pytest.mark.parametrize("zone", [None, "Asia/Tokyo"])
def test_the_time_zone_is_that_of_the_account(zone: str | None) -> None:
    key, waited = make(), make_course("course-v1:Lyceum+Later+2026", settings={"start": LATER})
    client, user = learner_of(key)
    enrollments.enroll(waited, user, now=datetime.now(UTC), check=False)
    if zone is not None:
        accounts.save_profile(user_id=user.pk, time_zone=zone)
    for what in ("course_home/course_metadata", "course_home/dates", "courseware/course"):
        assert ask(client, what, key)["user_timezone"] == zone
    for course in (key, waited):
        assert ask(client, "course_home/outline", course)["dates_widget"]["user_timezone"] == zone
    body = ask(client, "course_home/dates", waited, allow_not_started_courses="true")
    assert body["user_timezone"] == zone
    answer = client.get(f"/api/mobile/v4/users/{user.username}/course_enrollments/")
    assert answer.json()["user_timezone"] == zone


def test_somebody_who_does_not_take_the_course_is_told_the_way_in_and_no_more() -> None:
    key = make()
    for client in (stranger()[0], Client()):
        body = ask(client, "course_home/outline", key)
        assert body["course_blocks"] is None
        assert body["handouts_html"] is None
        assert "Paper" not in str(body)
    assert ask(stranger("carl")[0], "course_home/outline", key)["enroll_alert"]["can_enroll"]


def test_the_header_tells_who_one_is_and_the_tabs() -> None:
    key = make()
    client, _ = learner_of(key)
    body = ask(client, "course_home/course_metadata", key)
    assert (body["is_enrolled"], body["is_staff"], body["title"]) == (True, False, "Test course")
    assert body["course_access"]["has_access"] is True
    tabs = {tab["tab_id"]: tab for tab in body["tabs"]}
    assert {"outline", "progress", "dates"} <= set(tabs)
    assert all(isinstance(tab["title"], str) and tab["url"] for tab in tabs.values())
    staff, _ = staff_of(key)
    assert ask(staff, "course_home/course_metadata", key)["is_staff"] is True


@pytest.mark.parametrize(
    "what",
    [
        *("course_home/outline", "course_home/course_metadata", "course_home/dates"),
        *("course_home/progress", "courseware/course", "courseware/resume"),
        *("learning_sequences/v1/course_outline", "course_experience/v1/course_deadlines_info"),
    ],
)
def test_no_course_is_answered_as_json(what: str) -> None:
    client, _ = stranger()
    for key in ("nonsense", "course-v1:No+Such+Course"):
        ask(client, what, key, 404)
    hidden = make_course("course-v1:Lyceum+Hid+1", settings={"catalog_visibility": "none"})
    answer = client.get(f"/api/{what}/{hidden}")
    assert answer.status_code in {403, 404}
    assert "Test course" not in answer.content.decode()


def test_the_units_of_a_subsection() -> None:
    key = make()
    client, _ = learner_of(key)
    press(client, key, "p")
    press(client, key, "q")
    body = ask(client, "courseware/sequence", usage(key, "sequential", "s"))
    assert (body["item_id"], body["tag"]) == (usage(key, "sequential", "s"), "sequential")
    assert body["position"] == 1
    (item,) = body["items"]
    assert item["id"] == usage(key, "vertical", "u")
    assert (item["type"], item["page_title"], item["path"]) == ("problem", "Open", "First > Work")
    assert (item["complete"], item["graded"], item["bookmarked"]) == (True, True, False)
    assert body["gated_content"]["gated"] is False
    assert body["prev_url"] is None
    assert body["next_url"].endswith(usage(key, "sequential", "gated"))


def test_a_locked_subsection_tells_what_opens_it_and_no_units() -> None:
    key = make()
    client, _ = learner_of(key)
    body = ask(client, "courseware/sequence", usage(key, "sequential", "gated"))
    assert body["items"] == []
    assert body["gated_content"]["gated"] is True
    assert body["gated_content"]["prereq_id"] == usage(key, "sequential", "s")
    ask(client, "courseware/sequence", usage(key, "sequential", "nothing"), 404)
    ask(client, "courseware/sequence", usage(key, "vertical", "hidden"), 404)
    ask(client, "courseware/sequence", "nonsense", 404)


def test_where_to_go_on() -> None:
    key = make()
    client, _ = learner_of(key)
    press(client, key, "p")
    body = ask(client, "courseware/resume", key)
    assert body == {
        "block_id": usage(key, "problem", "p"),
        "section_id": usage(key, "sequential", "s"),
        "unit_id": usage(key, "vertical", "u"),
    }


def test_sections_and_subsections() -> None:
    key = make()
    client, _ = learner_of(key)
    body = ask(client, "learning_sequences/v1/course_outline", key)
    (chapter,) = body["outline"]["sections"]
    assert chapter["sequence_ids"] == [
        usage(key, "sequential", "s"),
        usage(key, "sequential", "gated"),
    ]
    assert set(body["outline"]["sequences"]) == set(chapter["sequence_ids"])
    assert body["outline"]["sequences"][chapter["sequence_ids"][1]]["accessible"] is False
    assert ask(client, "courseware/course", key)["enrollment"] == {
        "mode": "audit",
        "is_active": True,
    }


@pytest.mark.parametrize(
    ("what", "most"),
    [
        ("course_home/outline", 11),
        ("course_home/course_metadata", 6),
        ("course_home/dates", 7),
        ("course_home/progress", 8),
        ("courseware/resume", 7),
        ("learning_sequences/v1/course_outline", 5),
    ],
)
def test_it_takes_as_many_statements_for_any_course(what: str, most: int) -> None:
    counts = []
    for size in (1, 9):
        key = make_course(
            f"course-v1:Lyceum+S{size}+2026",
            sections=[
                section(f"c{n}", subsection(f"s{n}", unit(f"u{n}", problem(f"p{n}")), due=DUE))
                for n in range(size)
            ],
            policy=POLICY,
        )
        client, _ = learner_of(key, f"reader{size}")
        ask(client, what, key)
        with count_statements() as found:
            ask(client, what, key)
        counts.append(len(found))
    assert counts[0] == counts[1]
    assert counts[0] <= most
