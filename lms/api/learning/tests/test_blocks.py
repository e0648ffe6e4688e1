"""Blocks as apps decode them: everything that they need, and nothing that the pages keep shut."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from common.content.tests.factories import (
    Node,
    html,
    make_course,
    problem,
    section,
    subsection,
    unit,
)
from common.core.counting import count_statements
from common.core.keys import CourseKey
from common.courses.api import assign_group, get_run
from lms.api.learning.tests.people import POLICY, learner_of, press, staff_of, stranger, usage

pytestmark = pytest.mark.django_db
APP = "/api/mobile/v4/course_info/blocks/"
WEB = "/api/courses/v1/blocks/"
LATER = (datetime.now(UTC) + timedelta(days=5)).isoformat()
# As iOS sends it.
FIELDS = "\n    contains_gated_content,graded,\n  format , student_view_multi_device,due,completion"
TEAMS = {
    "id": 60, "name": "Teams", "scheme": "cohort", "version": 3, "parameters": {}, "active": True,
    "groups": [{"id": 1, "name": "Red", "version": 1}, {"id": 2, "name": "Blue", "version": 1}],
}  # fmt: skip


def video(name: str, **settings: Any) -> Node:
    files = {"html5_sources": [f"https://videos.example.org/{name}.mp4"], **settings}
    return Node("video", name, files)


def make_site(**settings: Any) -> CourseKey:
    return make_course(
        sections=[
            section(
                "c",
                subsection(
                    "s",
                    unit("u", problem("p"), html("h"), video("v"), display_name="Open"),
                    unit("staff", html("h1"), visible_to_staff_only=True),
                    unit("red", html("h2"), group_access={"60": [1]}),
                    unit("later", html("h3"), start=LATER),
                    graded=True,
                    format="Homework",
                    due="2999-01-02T03:04:05Z",
                ),
                subsection(
                    "gone", unit("u2", html("h4")), hide_after_due=True, due="2020-01-02T00:00:00Z"
                ),
                subsection(
                    "gated",
                    unit("u3", html("h5")),
                    prereq="s",
                    prereq_min_score=100,
                    prereq_min_completion=0,
                ),
                subsection("aside", unit("u4", html("h6")), hide_from_toc=True),
                display_name="First",
            )
        ],
        settings={"user_partitions": [TEAMS], **settings},
        policy=POLICY,
    )


def ask_app(client: Client, key: CourseKey, username: str = "ada", **query: str) -> Any:
    wanted = {"depth": "all", "nav_depth": "3", "requested_fields": FIELDS,
              "student_view_data": "video,discussion,html", "block_counts": "video"}  # fmt: skip
    return client.get(APP, {"course_id": str(key), "username": username, **wanted, **query})


def names(body: Any) -> set[str]:
    return {block["block_id"] for block in body["blocks"].values()}


def test_an_app_finds_all_that_it_decodes() -> None:
    key = make_site()
    client, _ = learner_of(key)
    answer = ask_app(client, key)
    assert answer.status_code == 200
    body = answer.json()
    for name in ("root", "id", "org"):
        assert isinstance(body[name], str)
        assert body[name]
    assert body["id"] == str(key)
    assert body["is_self_paced"] is False
    assert body["certificate"] == {}
    for size in ("raw", "small", "large"):
        assert isinstance(body["media"]["image"][size], str)
    blocks = body["blocks"]
    assert [b["type"] for b in blocks.values()].count("course") == 1
    assert blocks[body["root"]]["type"] == "course"
    for name, block in blocks.items():
        for field in ("id", "block_id", "type", "display_name", "lms_web_url", "student_view_url"):
            assert isinstance(block[field], str), field
        assert block["id"] == name
        assert isinstance(block["graded"], bool)
        assert isinstance(block["student_view_multi_device"], bool)
        assert block["lms_web_url"].startswith("http")
        assert set(block.get("descendants", ())) <= set(blocks)
        assert "children" not in block


def test_an_app_is_told_what_a_video_plays() -> None:
    key = make_site()
    client, _ = learner_of(key)
    blocks = ask_app(client, key).json()["blocks"]
    data = blocks[usage(key, "video", "v")]["student_view_data"]
    assert set(data) >= {"duration", "only_on_web", "transcripts", "all_sources", "encoded_videos"}
    assert data["only_on_web"] is False
    assert data["transcripts"] == {}
    source = data["encoded_videos"]["fallback"]
    assert source == {"url": "https://videos.example.org/v.mp4", "file_size": 0}
    assert data["all_sources"] == ["https://videos.example.org/v.mp4"]
    assert "student_view_data" not in blocks[usage(key, "problem", "p")]
    assert blocks[usage(key, "vertical", "u")]["block_counts"] == {"video": 1}
    assert blocks[usage(key, "course", "course")]["block_counts"] == {"video": 1}


def test_a_stream_is_told_beside_the_file() -> None:
    files = [f"https://videos.example.org/v.{kind}" for kind in ("m3u8", "mp4")]
    film = video("v", html5_sources=files)
    key = make_course(sections=[section("c", subsection("s", unit("u", film)))])
    client, _ = learner_of(key)
    data = ask_app(client, key).json()["blocks"][usage(key, "video", "v")]["student_view_data"]
    told = {kind: source["url"] for kind, source in data["encoded_videos"].items()}
    assert told == {"hls": files[0], "fallback": files[1]}
    assert data["all_sources"] == files


def test_a_learner_is_not_told_what_pages_keep_shut() -> None:
    key = make_site()
    client, _ = learner_of(key)
    found = names(ask_app(client, key).json())
    # Of what is locked or closed by its due date, the title.
    assert found == {"course", "c", "s", "u", "p", "h", "v", "gated", "gone"}


def test_a_gate_opens_for_the_next_question() -> None:
    key = make_site()
    client, _ = learner_of(key)
    press(client, key, "p")
    assert {"gated", "u3", "h5"} <= names(ask_app(client, key).json())


def test_a_learner_of_the_group_is_told_its_part() -> None:
    key = make_site()
    client, user = learner_of(key)
    assign_group(
        run_id=get_run(key).id, learner_id=user.pk, partition_id=60, group_id=1,
        now=datetime.now(UTC),
    )  # fmt: skip
    assert "red" in names(ask_app(client, key).json())


def test_staff_ask_for_all_there_is() -> None:
    key = make_site()
    client, _ = staff_of(key)
    answer = client.get(WEB, {"course_id": str(key), "all_blocks": "true", "depth": "all"})
    assert {"staff", "red", "later", "u2", "u3", "u4"} <= names(answer.json())


def test_staff_ask_for_a_learner_and_get_what_the_learner_sees() -> None:
    key = make_site()
    client, _ = staff_of(key)
    _, _ = learner_of(key)
    body = ask_app(client, key, username="ada").json()
    assert "staff" not in names(body)
    assert "u" in names(body)


def test_completion_grows_from_leaves_to_the_course() -> None:
    key = make_course(
        sections=[section("c", subsection("s", unit("u", problem("p"), problem("q"))))]
    )
    client, _ = learner_of(key)

    def completions() -> dict[str, float]:
        return {
            b["block_id"]: b["completion"] for b in ask_app(client, key).json()["blocks"].values()
        }

    assert set(completions().values()) == {0.0}
    press(client, key, "p")
    half = completions()
    assert (half["p"], half["q"], half["u"], half["course"]) == (1.0, 0.0, 0.0, 0.0)
    press(client, key, "q")
    assert set(completions().values()) == {1.0}


def test_a_part_that_is_shut_is_complete_when_its_work_is_done() -> None:
    key = make_site()
    client, _ = learner_of(key)
    blocks = ask_app(client, key).json()["blocks"]
    for name in ("gone", "gated"):
        assert blocks[usage(key, "sequential", name)]["completion"] == 0.0


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param({}, {"course"}, id="the root alone"),
        pytest.param({"depth": "1"}, {"course", "c"}, id="one level"),
        pytest.param(
            {"depth": "3"}, {"course", "c", "s", "gone", "gated", "u"}, id="down to units"
        ),
        pytest.param(
            {"depth": "all", "block_types_filter": "video,problem"}, {"v", "p"}, id="types"
        ),
    ],
)
def test_depth_and_types_choose(query: dict[str, str], expected: set[str]) -> None:
    key = make_site()
    client, _ = learner_of(key)
    body = client.get(WEB, {"course_id": str(key), "username": "ada", **query}).json()
    assert names(body) == expected
    assert body["root"] == usage(key, "course", "course")


def test_children_are_told_on_request_and_are_in_the_blocks() -> None:
    key = make_site()
    client, _ = learner_of(key)
    query = {"course_id": str(key), "depth": "2", "requested_fields": "children"}
    blocks = client.get(WEB, query).json()["blocks"]
    assert blocks[usage(key, "chapter", "c")]["children"] == [
        usage(key, "sequential", "s"),
        usage(key, "sequential", "gone"),
        usage(key, "sequential", "gated"),
    ]
    assert "children" not in blocks[usage(key, "sequential", "s")]


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_one_block_is_a_root_of_its_own(version: str, slash: str) -> None:
    key = make_site()
    client, _ = learner_of(key)
    root = usage(key, "vertical", "u")
    address = f"/api/courses/{version}/blocks/{root}{slash}"
    body = client.get(address, {"depth": "all", "return_type": "list"}).json()
    assert [block["block_id"] for block in body] == ["u", "p", "h", "v"]


def test_due_dates_are_told_as_instants() -> None:
    key = make_site()
    client, _ = learner_of(key)
    block = ask_app(client, key).json()["blocks"][usage(key, "sequential", "s")]
    assert block["due"] == "2999-01-02T03:04:05Z"


def test_points_of_an_assignment_are_told() -> None:
    key = make_site()
    client, _ = learner_of(key)
    press(client, key, "p")
    body = ask_app(client, key, requested_fields="assignment_progress").json()
    assert body["blocks"][usage(key, "sequential", "s")]["assignment_progress"] == {
        "assignment_type": "Homework", "num_points_earned": 1.0, "num_points_possible": 1.0,
        "short_label": "HW",
    }  # fmt: skip


@pytest.mark.parametrize("hiding", ["never", "never_but_include_grade"])
def test_points_that_pages_hide_are_not_told(hiding: str) -> None:
    work = subsection("s", unit("u", problem("p")), graded=True, format="Homework",
                      show_correctness=hiding)  # fmt: skip
    key = make_course(sections=[section("c", work)], policy=POLICY)
    client, _ = learner_of(key)
    press(client, key, "p")
    body = ask_app(client, key, requested_fields="assignment_progress").json()
    assert "assignment_progress" not in body["blocks"][usage(key, "sequential", "s")]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        pytest.param({"course_id": ""}, 400, id="no course"),
        pytest.param({"course_id": "nonsense"}, 404, id="no key"),
        pytest.param({"course_id": "course-v1:No+Such+Course"}, 404, id="no such course"),
        pytest.param({"depth": "-1"}, 400, id="depth below the root"),
        pytest.param({"depth": "x"}, 400, id="depth in words"),
        pytest.param({"depth": "99999999999999999999"}, 400, id="depth without end"),
        pytest.param({"nav_depth": "½"}, 400, id="no whole number"),
        pytest.param({"return_type": "xml"}, 400, id="no such form"),
        pytest.param({"username": "grace"}, 403, id="somebody else"),
        pytest.param({"username": "nobody"}, 403, id="nobody, as not to tell who there is"),
        pytest.param({"username": ""}, 403, id="a visitor, in a private course"),
        pytest.param({"all_blocks": "true"}, 403, id="all there is"),
    ],
)
def test_a_question_that_cannot_be_is_refused_as_json(query: dict[str, str], status: int) -> None:
    key = make_site()
    client, _ = learner_of(key)
    learner_of(key, "grace")
    for address in (APP, WEB):
        answer = client.get(address, {"course_id": str(key), "username": "ada", **query})
        assert answer.status_code == status, answer.content
        assert isinstance(answer.json(), dict)


@pytest.mark.parametrize("name", ["staff", "red", "later", "u2", "u3", "u4", "nothing"])
def test_a_block_that_is_shut_is_not_there(name: str) -> None:
    key = make_site()
    client, _ = learner_of(key)
    answer = client.get(f"{WEB}{usage(key, 'vertical', name)}")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/json")


def test_who_does_not_take_the_course_is_refused_and_nobody_is_asked_to_sign_in() -> None:
    key = make_site()
    client, _ = stranger()
    assert ask_app(client, key, username="bob").status_code == 403
    answer = Client().get(APP, {"course_id": str(key)})
    assert answer.status_code in {401, 403}
    assert isinstance(answer.json(), dict)


def test_a_course_that_has_not_begun_is_shut() -> None:
    key = make_site(start=LATER)
    client, _ = learner_of(key)
    answer = ask_app(client, key)
    assert (answer.status_code, answer.json()["error_code"]) == (403, "course_not_started")


def test_a_public_course_is_open_to_visitors_and_a_public_outline_tells_no_content() -> None:
    public, outline = (
        make_course(
            f"course-v1:Lyceum+{kind}+2026",
            sections=[section("c", subsection("s", unit("u", video("v"))))],
            settings={"course_visibility": kind},
        )
        for kind in ("public", "public_outline")
    )
    for key, told in ((public, True), (outline, False)):
        query = {
            "course_id": str(key),
            "username": "",
            "depth": "all",
            "student_view_data": "video",
        }
        block = Client().get(WEB, query).json()["blocks"][usage(key, "video", "v")]
        assert ("student_view_data" in block) is told


@pytest.mark.parametrize("key", ["course-v1:Lyceum+T101+2026", "course-v1:Lyceum T101 2026"])
def test_keys_that_lost_their_plus_are_understood(key: str) -> None:
    course = make_site()
    client, _ = learner_of(course)
    assert client.get(f"{WEB}?course_id={key}").status_code == 200


def test_it_takes_as_many_statements_for_any_course() -> None:
    counts = []
    for size in (1, 12):
        key = make_course(
            f"course-v1:Lyceum+S{size}+2026",
            sections=[
                section(
                    f"c{n}", subsection(f"s{n}", unit(f"u{n}", problem(f"p{n}"), video(f"v{n}")))
                )
                for n in range(size)
            ],
        )
        client, _ = learner_of(key, f"reader{size}")
        ask_app(client, key, username=f"reader{size}")
        with count_statements() as found:
            ask_app(client, key, username=f"reader{size}")
        counts.append(len(found))
    assert counts[0] == counts[1]
    assert counts[0] <= 6
