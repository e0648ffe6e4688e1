"""What people say about themselves: checked, saved, told to the log, shown to whom they choose."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.utils import timezone

from common.accounts import api
from common.accounts.errors import InvalidPreferenceError, InvalidProfileError, PersonNotFoundError
from common.accounts.tests.factories import make_user
from common.tracking.models import OutboxEvent

pytestmark = pytest.mark.django_db

THIS_YEAR = timezone.localdate().year
WHOLE: dict[str, Any] = {
    "name": "Ada Lovelace",
    "bio": "I read\ncharts.",
    "country": "GB",
    "level_of_education": "p",
    "languages_spoken": ["en", "fr"],
    "year_of_birth": 1985,
    "goals": "To count.",
    "visibility": "all_users",
}


def test_what_is_not_given_stays() -> None:
    user = make_user()
    api.save_profile(user_id=user.pk, **WHOLE)
    saved = api.save_profile(user_id=user.pk, country="FR")
    assert saved == api.get_profile(user.pk)
    assert (saved.country, saved.name, saved.languages_spoken) == (
        "FR",
        "Ada Lovelace",
        ("en", "fr"),
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("name", "x" * 256, id="name too long"),
        pytest.param("name", ["Ada"], id="name no text"),
        pytest.param("bio", "x" * 301, id="bio too long"),
        pytest.param("goals", {"a": 1}, id="goals no text"),
        pytest.param("country", "ZZ", id="no country"),
        pytest.param("country", ["FR"], id="country no text"),
        pytest.param("level_of_education", "wizard", id="no level"),
        pytest.param("languages_spoken", "en", id="languages no list"),
        pytest.param("languages_spoken", ["en", "klingon"], id="no language"),
        pytest.param("languages_spoken", [["en"]], id="language no text"),
        pytest.param(
            "languages_spoken",
            ["en", "fr", "de", "es", "it", "pt", "nl", "sv", "fi", "da", "pl"],
            id="too many languages",
        ),
        pytest.param("year_of_birth", THIS_YEAR + 1, id="born tomorrow"),
        pytest.param("year_of_birth", 1800, id="born long ago"),
        pytest.param("year_of_birth", "1985", id="year no number"),
        pytest.param("year_of_birth", True, id="year a truth"),
        pytest.param("visibility", "", id="no visibility"),
        pytest.param("visibility", "friends", id="unknown visibility"),
        pytest.param("time_zone", "../../etc/passwd", id="a path as zone"),
        pytest.param("language", "xx", id="unknown language"),
        pytest.param("is_staff", True, id="no field of a profile"),
        pytest.param("picture_token", "a" * 32, id="pictures are saved otherwise"),
    ],
)
def test_a_wrong_value_is_said_by_field_and_nothing_is_saved(field: str, value: Any) -> None:
    user = make_user()
    with pytest.raises(InvalidProfileError) as caught:
        api.save_profile(user_id=user.pk, **{"name": "new", "bio": "new", field: value})
    assert list(caught.value.field_errors) == [field]
    assert isinstance(caught.value, InvalidPreferenceError)
    assert api.get_profile(user.pk) == api.ProfileData(user_id=user.pk)


def test_controls_are_taken_out_of_texts() -> None:
    user = make_user()
    saved = api.save_profile(user_id=user.pk, name=" Ada\x00\u202e \n L. ", bio="a\x07\r\nb ")
    assert (saved.name, saved.bio) == ("Ada L.", "a\nb")


def test_changes_are_events_that_hold_nothing_personal() -> None:
    user = make_user()
    api.save_profile(user_id=user.pk, **WHOLE, language="fr")
    OutboxEvent.objects.all().delete()
    api.save_profile(user_id=user.pk, name="Countess", language="es", country="GB")
    lines = [json.loads(line) for line in OutboxEvent.objects.values_list("line", flat=True)]
    told = {line["event"]["setting"]: line["event"] for line in lines}
    assert set(told) == {"name", "language"}
    assert (told["language"]["old"], told["language"]["new"]) == ("fr", "es")
    assert (told["name"]["old"], told["name"]["new"]) == (None, None)
    assert told["name"]["user_id"] == user.pk


@pytest.mark.parametrize(
    ("year", "shared"),
    [
        pytest.param(None, True, id="no year is said"),
        pytest.param(THIS_YEAR - 14, True, id="thirteen at least"),
        pytest.param(THIS_YEAR - 13, False, id="may still be twelve"),
        pytest.param(THIS_YEAR - 5, False, id="a child"),
    ],
)
def test_children_share_no_profile(year: int | None, shared: bool) -> None:
    saved = api.save_profile(user_id=make_user().pk, visibility="all_users", year_of_birth=year)
    assert api.is_shared(saved) is shared


@pytest.mark.parametrize(
    ("shared", "who", "seen"),
    [
        (False, "self", True),
        (False, "staff", True),
        (False, "other", False),
        (False, "visitor", False),
        (True, "other", True),
    ],
)
def test_who_sees_a_profile(shared: bool, who: str, seen: bool) -> None:
    user = make_user("ada")
    api.save_profile(user_id=user.pk, visibility="all_users" if shared else "private")
    onlooker = {
        "self": lambda: user,
        "staff": lambda: make_user(is_staff=True),
        "other": make_user,
        "visitor": AnonymousUser,
    }[who]()
    if seen:
        assert api.get_public_profile("ada", onlooker).username == "ada"
    else:
        with pytest.raises(PersonNotFoundError):
            api.get_public_profile("ada", onlooker)


def test_who_has_left_has_no_profile() -> None:
    user = make_user("ada", is_active=False)
    api.save_profile(user_id=user.pk, visibility="all_users")
    with pytest.raises(PersonNotFoundError):
        api.get_public_profile("ada", make_user(is_staff=True))


def test_the_profile_page_saves_and_keeps_more_languages_than_it_has_boxes() -> None:
    user = make_user("ada")
    api.save_profile(user_id=user.pk, languages_spoken=["en", "fr", "de", "es"])
    client = Client()
    client.force_login(user)
    text = client.get("/accounts/").content.decode()
    assert 'name="spoken_4"' in text
    values = {"name": "Ada", "spoken_0": "en", "spoken_1": "fr", "spoken_3": "es", "country": "GB"}
    assert client.post("/accounts/", {**values, "visibility": "all_users"}).status_code == 302
    saved = api.get_profile(user.pk)
    assert (saved.languages_spoken, saved.country) == (("en", "fr", "es"), "GB")
    assert saved.visibility is api.Visibility.PRIVATE


def test_errors_stand_beside_their_fields() -> None:
    client = Client()
    client.force_login(make_user())
    answer = client.post("/accounts/", {"year_of_birth": "1700", "country": "ZZ", "bio": "b" * 301})
    text = answer.content.decode()
    assert answer.status_code == 400
    for field in ("year_of_birth", "country", "bio"):
        assert f'id="id_{field}-error"' in text


def test_the_settings_pages_ask_a_fixed_number_of_questions(
    django_assert_max_num_queries: Any,
) -> None:
    client = Client()
    client.force_login(make_user())
    for page in ("", "preferences/", "privacy/", "security/"):
        with django_assert_max_num_queries(6):
            assert client.get(f"/accounts/{page}").status_code == 200


def test_the_settings_are_for_who_is_signed_in() -> None:
    for page in ("", "preferences/", "privacy/", "security/"):
        answer = Client().get(f"/accounts/{page}")
        assert answer["Location"].startswith("/accounts/login/?next=")


def test_no_settings_are_saved_from_another_site() -> None:
    user = make_user()
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    assert client.post("/accounts/privacy/", {"visibility": "all_users"}).status_code == 403
    assert api.get_profile(user.pk).visibility is api.Visibility.PRIVATE
