from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opaque_keys.edx.keys import CourseKey

from common.tracking.api import Event, RequestInfo
from common.tracking.envelope import MAX_LINE_CHARS, log_line

pytestmark = pytest.mark.same_everywhere

NOW = datetime(2026, 11, 22, 18, 30, 5, tzinfo=UTC)
EVENT_ID = UUID("5f0f5b63-6f7e-5d5c-8a43-0b6d4a1f7c11")
REQUEST = RequestInfo(
    ip="192.0.2.7",
    agent="Browser/1",
    host="lms.example.org",
    referer="http://lms.example.org/",
    accept_language="ar",
    path="/courses/course-v1:O+C+R/",
    session="0" * 32,
    user_id=5,
    username="ada",
)


def line_of(event: Event, request: RequestInfo | None = REQUEST) -> dict[str, Any]:
    line = log_line(event, event_id=EVENT_ID, request=request, now=NOW)
    assert "\n" not in line
    assert len(line) <= MAX_LINE_CHARS
    document: dict[str, Any] = json.loads(line)
    return document


def test_event_of_a_request_has_every_field_of_the_envelope() -> None:
    key = CourseKey.from_string("course-v1:O+C+R")
    assert line_of(Event("problem_check", {"problem_id": "p"}, course_key=key)) == {
        "event_type": "problem_check",
        "name": "problem_check",
        "event_source": "server",
        "event": {"problem_id": "p"},
        "time": "2026-11-22T18:30:05.000000+00:00",
        "username": "ada",
        "context": {
            "course_id": "course-v1:O+C+R",
            "org_id": "O",
            "user_id": 5,
            "path": "/courses/course-v1:O+C+R/",
            "event_id": str(EVENT_ID),
            "course_user_tags": {},
        },
        "ip": "192.0.2.7",
        "agent": "Browser/1",
        "host": "lms.example.org",
        "referer": "http://lms.example.org/",
        "accept_language": "ar",
        "page": None,
        "session": "0" * 32,
    }


def test_event_without_a_request_or_user_has_empty_fields() -> None:
    line = line_of(Event("edx.bi.email.sent", {}, source="task"), None)
    assert (line["username"], line["ip"], line["session"]) == ("", "", "")
    assert (line["context"]["user_id"], line["context"]["course_id"]) == ("", "")


def test_event_about_somebody_else_does_not_carry_the_callers_name() -> None:
    line = line_of(Event("edx.course.enrollment.activated", {}, user_id=9))
    assert (line["context"]["user_id"], line["username"]) == (9, "")


def test_time_is_told_in_utc() -> None:
    zone = timezone(timedelta(hours=3))
    line = line_of(Event("e", {}, time=datetime(2026, 1, 1, 1, 0, tzinfo=zone)))
    assert line["time"] == "2025-12-31T22:00:00.000000+00:00"


def test_own_context_is_added_but_cannot_change_the_event_id() -> None:
    line = line_of(Event("e", {}, context={"module": {"usage_key": "u"}, "event_id": "x"}))
    assert line["context"]["module"] == {"usage_key": "u"}
    assert line["context"]["event_id"] == str(EVENT_ID)


def test_odd_number_costs_its_value_not_the_event() -> None:
    assert line_of(Event("e", {"grade": float("nan"), "max": 1}))["event"] == {
        "grade": None,
        "max": 1,
    }


class Unspeakable:
    """Cannot be turned into a text."""

    def __str__(self) -> str:
        raise ValueError


def nested(depth: int) -> Any:
    value: Any = "x" * 60_000
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        pytest.param({("a", 1): 2, b"k": 3}, {"('a', 1)": 2, "b'k'": 3}, id="keys that are none"),
        pytest.param({"set": {1}}, {"set": "{1}"}, id="no JSON"),
        pytest.param({"x": Unspeakable(), "y": 1}, {"x": "Unspeakable", "y": 1}, id="no text"),
        pytest.param({"x": [float("inf"), ("a", "b")]}, {"x": [None, ["a", "b"]]}, id="infinite"),
    ],
)
def test_odd_values_cost_themselves_not_the_event(payload: Any, told: Any) -> None:
    assert line_of(Event("e", payload))["event"] == told


@pytest.mark.parametrize("depth", [70, 480, 900, 5000])
def test_a_payload_nested_deep_is_told_as_far_as_it_goes(depth: int) -> None:
    event = line_of(Event("e", {"deep": nested(depth), "id": "kept"}))["event"]
    assert event["id"] == "kept"


def test_a_payload_that_holds_itself_is_told_once() -> None:
    payload: dict[str, Any] = {"id": "kept"}
    payload["self"] = [payload]
    assert line_of(Event("e", payload))["event"]["id"] == "kept"


def test_long_texts_are_cut_and_marked() -> None:
    event = line_of(Event("e", {"body": "x" * 60_000, "id": "kept"}))["event"]
    assert event == {"body": "x" * 8000, "id": "kept", "truncated": True}


@pytest.mark.parametrize(
    ("payload", "cut"),
    [
        pytest.param(
            json.dumps({"a": "\u00e9" * 40_000}),
            json.dumps({"a": "\u00e9" * 1000, "truncated": True}),
            id="JSON text of an object stays one",
        ),
        pytest.param("x" * 60_000, '{"truncated": true}', id="other text is replaced"),
        pytest.param("[" * 55_000, '{"truncated": true}', id="too deep to be read"),
    ],
)
def test_long_payload_of_a_browser_stays_a_text(payload: str, cut: str) -> None:
    assert line_of(Event("e", payload, source="browser"))["event"] == cut


_json = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=50),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=20,
)


@given(
    payload=st.dictionaries(st.text(max_size=5), _json) | st.text(),
    repeat=st.sampled_from([1, 1, 3000]),
    context=st.dictionaries(st.text(max_size=5), _json, max_size=2),
)
def test_any_payload_gives_one_line_of_bounded_json(
    payload: Any, repeat: int, context: dict[str, Any]
) -> None:
    if not isinstance(payload, str):
        payload = {"items": [payload] * repeat}
    line = line_of(Event("e", payload, context=context, event_id=uuid4()))
    assert isinstance(line["event"], type(payload))
