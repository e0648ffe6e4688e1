"""What a browser tells while staff look as somebody else is nobody's learning."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from common.accounts import api as accounts
from common.content.tests.factories import make_course
from common.core.keys import CourseKey
from common.enrollments import api as enrollments
from common.tracking.reader import event_files, iter_events
from lms.viewas.tests.test_viewas import learner_of, look, make_site, staff_of

pytestmark = pytest.mark.django_db

Told = Callable[[], list[str]]


@pytest.fixture
def told(settings: Any, tmp_path: Path) -> Told:
    """Return a function that gives the courses of all events of browsers so far."""
    settings.EVENTS_DIR = tmp_path

    def read() -> list[str]:
        events = [event for path in event_files(tmp_path) for event in iter_events(path)]
        found = [event for event in events if event and event["event_source"] == "browser"]
        return [event["context"]["course_id"] for event in found]

    return read


def tell(client: Client, *keys: CourseKey) -> Any:
    events = [
        {"event_type": "play_video", "event": "{}", "page": f"http://x/courses/{key}/learn/u"}
        for key in keys
    ]
    answer = client.post("/event", {"events": events}, content_type="application/json")
    assert answer.json() == {"accepted": len(keys), "rejected": 0}
    return answer


@pytest.mark.parametrize("who", ["learner", "person", "60:1"])
def test_nothing_of_the_course_is_logged_and_all_of_others(told: Told, who: str) -> None:
    key, other = make_site(), make_course("course-v1:Lyceum+Other+2026")
    _client, learner = learner_of(key)
    client, _user = staff_of(key)
    tell(client, key)
    look(client, key, who, name=learner.username)
    tell(client, key, other)
    client.post(f"/courses/{key}/view-as/end")
    tell(client, key)
    assert told() == [str(key), str(other), str(key)]


def test_who_is_no_longer_staff_is_a_learner_again(told: Told) -> None:
    key = make_site()
    client, user = staff_of(key, enrolled=True)
    look(client, key, "learner")
    accounts.revoke_role(user_id=user.pk, role=accounts.Role.STAFF, course_key=key)
    client.get(f"/courses/{key}/")
    tell(client, key)
    assert told() == [str(key)]


def test_it_is_staff_s_own_again_when_the_learner_has_left(told: Told) -> None:
    key = make_site()
    _client, learner = learner_of(key)
    client, _user = staff_of(key)
    look(client, key, "person", name=learner.username)
    enrollments.unenroll(key, learner, now=timezone.now())
    client.get(f"/courses/{key}/")
    tell(client, key)
    assert told() == [str(key)]
