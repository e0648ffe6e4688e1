"""Preferences are one's own: read, changed, taken back; none of it by halves."""

from __future__ import annotations

import json
from typing import Any

import pytest

from common.accounts.api import get_profile
from common.accounts.tests.factories import make_user
from lms.api.learning.tests.people import sign_in

pytestmark = pytest.mark.django_db
URL = "/api/user/v1/preferences/ada"
PATCH = "application/merge-patch+json"


def change(user: Any, sent: Any, kind: str = PATCH) -> Any:
    return sign_in(user).patch(URL, json.dumps(sent), content_type=kind)


def test_preferences_are_changed_together_and_taken_back() -> None:
    user = make_user("ada")
    client = sign_in(user)
    sent = json.dumps({"pref-lang": "fr", "time_zone": "Europe/Paris"})
    assert client.patch(URL, sent, content_type=PATCH).status_code == 204
    assert client.get(f"{URL}/").json() == {
        "pref-lang": "fr",
        "time_zone": "Europe/Paris",
        "account_privacy": "private",
    }
    assert client.delete(f"{URL}/pref-lang").status_code == 204
    assert client.get(f"{URL}/pref-lang").json() == ""
    place = f"{URL}/time_zone/"
    assert client.put(place, '"Asia/Tokyo"', content_type="application/json").status_code == 204
    assert get_profile(user.pk).time_zone == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"time_zone": "Europe/Paris", "pref-lang": "xx"}, "pref-lang"),
        ({"time_zone": ["Europe/Paris"]}, "time_zone"),
        ({"time_zone": "Europe/Paris", "name": "Eve"}, "name"),
        ({"time_zone": "Europe/Paris", "visibility": "private"}, "visibility"),
        ({"account_privacy": 7}, "account_privacy"),
    ],
)
def test_one_that_cannot_be_changes_none(sent: Any, field: str) -> None:
    user = make_user("ada")
    answer = change(user, sent)
    assert (answer.status_code, list(answer.json()["field_errors"])) == (400, [field])
    assert get_profile(user.pk).time_zone == ""


@pytest.mark.parametrize(("sent", "kind", "status"), [([], PATCH, 400), ({}, "text/plain", 415)])
def test_what_is_no_patch_is_refused(sent: Any, kind: str, status: int) -> None:
    assert change(make_user("ada"), sent, kind).status_code == status


def test_those_of_others_and_unknown_ones_are_hidden() -> None:
    make_user("ada")
    other = sign_in(make_user("eve"))
    assert other.get(URL).status_code == 404
    assert other.put(f"{URL}/time_zone", '""', content_type="application/json").status_code == 404
    assert other.get("/api/user/v1/preferences/eve/nothing").status_code == 404
