"""The event log hears who comes and goes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from common.accounts.tests.factories import PASSWORD, make_user
from common.tracking.models import OutboxEvent
from common.tracking.reader import event_files, iter_events

pytestmark = pytest.mark.django_db


def moves(folder: Path) -> list[dict[str, Any]]:
    found = [event for path in event_files(folder) for event in iter_events(path)]
    return [event for event in found if event and event["event_type"].startswith("edx.user.")]


@pytest.fixture(autouse=True)
def log(settings: Any, tmp_path: Path) -> Path:
    settings.EVENTS_DIR = tmp_path
    return tmp_path


def test_signing_in_and_out_are_events_of_that_person(log: Path) -> None:
    user, client = make_user("ada"), Client()
    client.post("/accounts/login/", {"login": "ada", "password": "wrong"})
    client.post("/accounts/login/", {"login": "ada", "password": PASSWORD})
    client.post("/accounts/logout/")
    client.post("/accounts/logout/")
    assert [event["event_type"] for event in moves(log)] == ["edx.user.login", "edx.user.logout"]
    for event in moves(log):
        assert event["event"] == {"user_id": user.pk}
        assert (event["username"], event["context"]["user_id"]) == ("ada", user.pk)
        assert (event["event_source"], event["context"]["course_id"]) == ("server", "")
        assert len(event["session"]) == 32
        assert PASSWORD not in str(event)


def test_a_program_in_somebodys_name_signs_nobody_in(log: Path) -> None:
    Client().force_login(make_user("ada"))
    assert moves(log) == []


def test_a_new_password_is_an_event_that_holds_none() -> None:
    user, client = make_user("ada"), Client()
    client.post("/accounts/login/", {"login": "ada", "password": PASSWORD})
    new = "quite another sentence"
    client.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )
    line = OutboxEvent.objects.get().line
    event = json.loads(line)
    assert event["event_type"] == "edx.user.settings.changed"
    assert event["event"] == {
        "user_id": user.pk,
        "table": "auth_user",
        "setting": "password",
        "old": None,
        "new": None,
        "truncated": [],
    }
    assert new not in line
    assert PASSWORD not in line
