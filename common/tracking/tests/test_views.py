from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from common.tracking import views
from common.tracking.browser import RateLimit, course_of_page
from common.tracking.reader import event_files, iter_events

pytestmark = [pytest.mark.django_db, pytest.mark.urls("common.tracking.urls")]

PAGE = "http://localhost/courses/course-v1:O+C+R/courseware/"
Logged = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def logged(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Logged:
    settings.EVENTS_DIR = tmp_path
    monkeypatch.setattr(views, "_limit", RateLimit(burst=150, per_second=0.001))

    def read() -> list[dict[str, Any]]:
        events = [event for path in event_files(tmp_path) for event in iter_events(path)]
        return [event for event in events if event is not None]

    return read


def test_event_of_a_form_is_logged_with_its_person_and_course(logged: Logged) -> None:
    client = Client()
    client.force_login(User.objects.create_user("ada"))
    payload = '{"id": "v", "currentTime": 1.5}'
    answer = client.post("/event", {"event_type": "play_video", "event": payload, "page": PAGE})
    assert answer.json() == {"accepted": 1, "rejected": 0}
    (event,) = logged()
    assert (event["event_source"], event["event"], event["page"]) == ("browser", payload, PAGE)
    assert (event["username"], event["context"]["course_id"], event["context"]["org_id"]) == (
        "ada",
        "course-v1:O+C+R",
        "O",
    )
    assert len(event["session"]) == 32


def test_signed_out_person_may_send_events(logged: Logged) -> None:
    Client().post("/event", {"event_type": "page_close", "event": "{}", "page": PAGE})
    assert (logged()[0]["username"], logged()[0]["context"]["user_id"]) == ("", "")


def test_batch_keeps_the_clients_ids_and_counts_what_it_cannot_read(logged: Logged) -> None:
    ids = [str(uuid4()), str(uuid4())]
    events: list[Any] = [
        {"event_type": "seq_next", "event": {"old": 1, "new": 2}, "page": PAGE, "event_id": ids[0]},
        {"event_type": "page_close", "event": "{}", "page": PAGE, "event_id": ids[1]},
        {"event_type": "", "event": "{}"},
        {"event_type": "e", "event": "{}", "event_id": "not an id"},
        {"event_type": "e", "event": "x" * 50_001},
    ]
    answer = Client().post("/event", {"events": events}, content_type="application/json")
    assert answer.json() == {"accepted": 2, "rejected": 3}
    assert [event["context"]["event_id"] for event in logged()] == ids
    assert logged()[0]["event"] == '{"old": 1, "new": 2}'


def test_an_id_is_logged_once(logged: Logged) -> None:
    event = {"event_type": "e", "event": "{}", "page": PAGE, "event_id": str(uuid4())}
    other = {**event, "event_id": str(uuid4())}
    for batch in ([event, event], [event, other]):
        answer = Client().post("/event", {"events": json.dumps(batch)})
        assert answer.json() == {"accepted": 2, "rejected": 0}, "nobody sends them again"
    assert [found["context"]["event_id"] for found in logged()] == [
        event["event_id"],
        other["event_id"],
    ]


def test_an_event_that_waited_in_its_window_has_the_time_when_it_was(logged: Logged) -> None:
    ages = [0, 3_600_000, -5, 10**15, "x", [], 1.5]
    batch = [{"event_type": str(age), "event": "{}", "page": PAGE, "age_ms": age} for age in ages]
    now = timezone.now()
    answer = Client().post("/event", {"events": json.dumps(batch)})
    assert answer.json() == {"accepted": 4, "rejected": 3}
    times = [now - datetime.fromisoformat(found["time"]) for found in logged()]
    hours = [round(time.total_seconds() / 3600, 1) for time in times]
    assert hours == [0, 1, 0, 24], "no later than now, no older than a day"


def test_beacon_sends_a_batch_as_a_form_field(logged: Logged) -> None:
    batch = json.dumps([{"event_type": "page_close", "event": "{}", "page": PAGE}])
    assert Client().post("/event", {"events": batch}).json()["accepted"] == 1
    assert len(logged()) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({"event": "{}"}, 400, id="no type"),
        pytest.param({"event_type": "e" * 256}, 400, id="a type that is too long"),
        pytest.param({"event_type": "e", "event": "x" * 50_001}, 413, id="too long an event"),
        pytest.param({"event_type": "e", "event_id": "1"}, 400, id="an id that is none"),
        pytest.param({"events": "{"}, 400, id="a broken batch"),
        pytest.param({"events": "[1]"}, 400, id="a batch of something else"),
        pytest.param({"events": "[" * 200_000}, 400, id="a batch too deep to be read"),
        pytest.param({"events": json.dumps([{}] * 101)}, 413, id="too many in a batch"),
        pytest.param({"event_type": "e", "event": "x" * 1_000_001}, 413, id="too large a body"),
    ],
)
def test_refused_and_told_why(logged: Logged, body: dict[str, str], status: int) -> None:
    answer = Client().post("/event", body)
    assert answer.status_code == status
    assert set(answer.json()) == {"error_code", "developer_message", "user_message"}
    assert logged() == []


def test_sender_of_too_many_is_slowed_down(logged: Logged) -> None:
    batch = [{"event_type": "e", "event": "{}"}] * 100

    def send(client: Client) -> int:
        answer = client.post("/event", {"events": batch}, content_type="application/json")
        return answer.status_code

    other = Client()
    other.force_login(User.objects.create_user("ada"))
    assert [send(Client()), send(Client()), send(other)] == [200, 429, 200]


def test_other_sites_pages_cannot_send_in_a_persons_name(logged: Logged) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post("/event", {"event_type": "e", "event": "{}"}).status_code == 403


def test_reading_the_address_of_events_is_no_event(logged: Logged) -> None:
    assert Client().get("/event").status_code == 405


@pytest.mark.parametrize(
    ("page", "course"),
    [
        pytest.param(PAGE, "course-v1:O+C+R", id="page of a course"),
        pytest.param("/courses/course-v1%3AO%2BC%2BR/x", "course-v1:O+C+R", id="quoted key"),
        pytest.param("http://localhost/dashboard", None, id="page of no course"),
        pytest.param("http://[/courses/x", None, id="no address at all"),
    ],
)
def test_course_of_a_page(page: str, course: str | None) -> None:
    found = course_of_page(page)
    assert (str(found) if found else None) == course


def test_bucket_fills_again_and_forgets_the_oldest_sender() -> None:
    limit = RateLimit(burst=2, per_second=1, senders=2)
    assert [limit.take("a", 2, 0.0), limit.take("a", 1, 0.5), limit.take("a", 1, 1.5)] == [
        True,
        False,
        True,
    ]
    for sender in ("b", "c"):
        limit.take(sender, 2, 1.5)
    assert limit.take("a", 2, 1.5), "a was forgotten"


@pytest.mark.parametrize(
    ("event_type", "name"),
    [
        pytest.param("seq_next", "edx.ui.lms.sequence.next_selected", id="next in a sequence"),
        pytest.param("play_video", "edx.video.played", id="video"),
        pytest.param("page_close", "page_close", id="without another name"),
    ],
)
def test_old_names_come_with_the_modern_ones(logged: Logged, event_type: str, name: str) -> None:
    Client().post("/event", {"event_type": event_type, "event": "{}", "page": PAGE})

    assert (logged()[0]["event_type"], logged()[0]["name"]) == (event_type, name)
