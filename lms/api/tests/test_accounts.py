"""Accounts as apps read and change them; what belongs to others stays hidden."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from PIL import Image

from common.accounts.api import get_profile, save_profile
from common.accounts.tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
URL = "/api/user/v1/accounts"
PATCH = "application/merge-patch+json"


@pytest.fixture(autouse=True)
def _fresh() -> None:
    for cache in caches.all():
        cache.clear()


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def picture() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (60, 60), "red").save(target, "PNG")
    return target.getvalue()


def test_me_is_who_asks() -> None:
    assert client_of(make_user("ada")).get("/api/user/v1/me").json() == {"username": "ada"}
    assert Client().get("/api/user/v1/me").status_code == 401


@pytest.mark.parametrize("slash", ["", "/"])
def test_ones_own_account_is_whole(slash: str) -> None:
    body = client_of(make_user("ada")).get(f"{URL}/ada{slash}").json()
    assert (body["username"], body["email"], body["is_active"]) == ("ada", "ada@example.org", True)
    assert body["profile_image"]["has_image"] is False
    assert set(body["profile_image"]) >= {"image_url_full", "image_url_small"}
    assert isinstance(body["language_proficiencies"], list)


def test_a_patch_changes_and_gives_the_whole_account() -> None:
    ada = make_user("ada")
    sent = {
        "name": "Ada L",
        "language_proficiencies": [{"code": "fr"}],
        "year_of_birth": 1985,
        "bio": None,
        "account_privacy": "all_users",
    }
    answer = client_of(ada).patch(f"{URL}/ada", sent, content_type=PATCH)
    assert answer.status_code == 200
    assert answer.json()["name"] == "Ada L"
    assert answer.json()["email"] == "ada@example.org"
    assert get_profile(ada.pk).languages_spoken == ("fr",)


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"year_of_birth": "soon", "name": "X"}, "year_of_birth"),
        ({"language_proficiencies": [{"code": "xx"}], "name": "X"}, "language_proficiencies"),
        ({"language_proficiencies": [7], "name": "X"}, "language_proficiencies"),
        ({"account_privacy": "everybody", "name": "X"}, "account_privacy"),
        ({"email": "other@example.org", "name": "X"}, "email"),
        ({"is_staff": True, "name": "X"}, "is_staff"),
        ({"languages_spoken": ["fr"], "name": "X"}, "languages_spoken"),
    ],
)
def test_a_patch_that_is_wrong_changes_nothing(sent: dict[str, Any], field: str) -> None:
    ada = make_user("ada")
    answer = client_of(ada).patch(f"{URL}/ada", sent, content_type=PATCH)
    assert answer.status_code == 400
    assert answer.json()["field_errors"][field]["user_message"]
    assert get_profile(ada.pk).name == ""


def test_other_types_of_bodies_are_415_and_other_shapes_400() -> None:
    client = client_of(make_user("ada"))
    assert client.patch(f"{URL}/ada", {}, content_type="application/json").status_code == 415
    for body in ("[]", "7", "{", "[" * 5000):
        answer = client.patch(f"{URL}/ada", body, content_type=PATCH)
        assert (answer.status_code, isinstance(answer.json(), dict)) == (400, True)


def test_a_huge_body_is_413() -> None:
    client = client_of(make_user("ada"))
    answer = client.patch(f"{URL}/ada", '{"a":"' + "x" * 1100000 + '"}', content_type=PATCH)
    assert answer.status_code == 413


def test_others_are_seen_as_far_as_they_share() -> None:
    bob = make_user("bob")
    client = client_of(make_user("ada"))
    assert client.get(f"{URL}/bob").status_code == 404
    save_profile(user_id=bob.pk, visibility="all_users", year_of_birth=1980)
    body = client.get(f"{URL}/bob").json()
    assert body["username"] == "bob"
    assert not {"email", "year_of_birth", "id"} & set(body)
    assert client.patch(f"{URL}/bob", {"name": "X"}, content_type=PATCH).status_code == 404
    assert client.delete(f"{URL}/bob/image").status_code == 404
    assert client.get(f"{URL}/nobody").status_code == 404


def test_several_cost_the_same_as_one(django_assert_max_num_queries: Any) -> None:
    names = [f"p{number}" for number in range(4)]
    for name in names:
        save_profile(user_id=make_user(name).pk, visibility="all_users")
    client = client_of(make_user("ada"))
    with django_assert_max_num_queries(6):
        body = client.get(URL, {"username": ",".join(names)}).json()
    assert [account["username"] for account in body] == names
    assert client.get(URL, {"username": "p0,nobody"}).status_code == 404


def test_a_picture_is_taken_and_removed() -> None:
    client = client_of(make_user("ada"))
    answer = client.post(
        f"{URL}/ada/image",
        picture(),
        content_type="image/png",
        headers={"content-disposition": "attachment;filename=me.png"},
    )
    assert answer.status_code == 204
    image = client.get(f"{URL}/ada").json()["profile_image"]
    assert image["has_image"] is True
    assert image["image_url_full"].startswith("http://")
    assert client.delete(f"{URL}/ada/image").status_code == 204
    assert client.get(f"{URL}/ada").json()["profile_image"]["has_image"] is False
    assert client.post(f"{URL}/ada/image", b"x", content_type="image/png").status_code == 400


def test_leaving_needs_the_password_and_signs_out() -> None:
    ada = make_user("ada")
    make_user("root", is_superuser=True)
    client = client_of(ada)
    url = f"{URL}/deactivate_logout/"
    assert client.post(url, {"password": "wrong"}).status_code == 403
    assert client.post(url).status_code == 403
    answer = client.post(
        url, f"password={PASSWORD}", content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 204
    ada.refresh_from_db()
    assert ada.is_active is False
    assert client.get("/api/user/v1/me").status_code == 401


def test_guessing_the_password_is_stopped() -> None:
    client = client_of(make_user("ada"))
    url = f"{URL}/deactivate_logout"
    codes = [client.post(url, {"password": "wrong"}).status_code for _ in range(6)]
    assert codes == [403] * 5 + [429]
