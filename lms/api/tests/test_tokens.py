"""Apps sign in, refresh and sign out with tokens (reference: apis, section 1)."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import AccessToken, Application, RefreshToken

from common.accounts.tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
URL = "/oauth2/access_token"


@pytest.fixture(autouse=True)
def app() -> Application:
    for cache in caches.all():
        cache.clear()
    return Application.objects.create(
        name="Learner app",
        client_id="app",
        client_type=Application.CLIENT_PUBLIC,
        authorization_grant_type=Application.GRANT_PASSWORD,
    )


def post(url: str = URL, **form: str) -> Any:
    return Client(enforce_csrf_checks=True).post(url, {"client_id": "app", **form})


def sign_in(username: str = "ada", password: str = PASSWORD, **form: str) -> Any:
    return post(grant_type="password", username=username, password=password, **form)


def refresh(token: str, **form: str) -> Any:
    return post(grant_type="refresh_token", refresh_token=token, **form)


@pytest.mark.parametrize("url", [URL, f"{URL}/"])
@pytest.mark.parametrize("name", ["ada", "ada@example.org"])
def test_name_or_address_and_password_give_tokens(url: str, name: str) -> None:
    make_user("ada")
    response = post(url, grant_type="password", username=name, password=PASSWORD)
    assert response.status_code == 200
    body = response.json()
    assert body["access_token"]
    assert body["refresh_token"]
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 3600)
    assert "read" in body["scope"].split()


def test_a_web_token_has_three_parts_and_says_its_type() -> None:
    make_user("ada")
    body = sign_in(token_type="jwt").json()
    assert body["token_type"] == "JWT"
    assert body["access_token"].count(".") == 2


@pytest.mark.parametrize("password", ["wrong", "", "a\x00b"])
def test_a_wrong_password_is_no_grant(password: str) -> None:
    make_user("ada")
    response = sign_in(password=password)
    assert response.status_code == 400
    assert response.json()["error"] in {"invalid_grant", "invalid_request"}


def test_a_closed_account_says_so_to_its_owner_only() -> None:
    make_user("ada", is_active=False)
    assert (sign_in().status_code, sign_in().json()["error"]) == (400, "user_not_active")
    assert sign_in(password="wrong").json()["error"] == "invalid_grant"


def test_guessing_is_stopped_even_for_the_right_password() -> None:
    make_user("ada")
    for number in range(12):
        sign_in(password=f"wrong {number}")
    assert sign_in().status_code == 400


def test_an_unknown_app_gets_nothing() -> None:
    make_user("ada")
    response = sign_in(client_id="other")
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")


def test_an_unknown_token_type_is_refused() -> None:
    assert sign_in(token_type="cookie").status_code == 400


def test_two_refreshes_at_once_get_the_same_tokens_and_nobody_is_logged_out() -> None:
    make_user("ada")
    first = sign_in().json()
    one, two = (refresh(first["refresh_token"]) for _ in range(2))
    assert (one.status_code, two.status_code) == (200, 200)
    assert one.json()["access_token"] == two.json()["access_token"]
    assert one.json()["refresh_token"] == two.json()["refresh_token"]


def test_the_access_token_before_a_refresh_ends_soon_but_not_at_once() -> None:
    make_user("ada")
    first = sign_in().json()
    refresh(first["refresh_token"])
    old = AccessToken.objects.get(token=first["access_token"])
    assert 0 < (old.expires - timezone.now()).total_seconds() <= 120


def test_an_unknown_refresh_token_is_no_grant() -> None:
    response = refresh("nothing")
    assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")


def test_revoking_a_refresh_token_ends_the_access_token_too() -> None:
    make_user("ada")
    token = sign_in().json()["refresh_token"]
    response = post("/oauth2/revoke_token/", token=token, token_type_hint="refresh_token")
    assert response.status_code == 200
    assert not AccessToken.objects.exists()
    assert not RefreshToken.objects.filter(revoked=None).exists()


def test_a_refresh_token_that_comes_back_late_ends_all_that_came_of_it() -> None:
    make_user("ada")
    first = sign_in().json()["refresh_token"]
    second = refresh(first).json()["refresh_token"]
    long_ago = timezone.now() - timedelta(minutes=3)
    RefreshToken.objects.filter(token=first).update(revoked=long_ago)
    assert refresh(first).status_code == 400
    assert refresh(second).status_code == 400
