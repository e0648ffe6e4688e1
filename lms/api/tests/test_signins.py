"""Sessions of apps, the consent page, and what programs are told when something goes wrong."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import caches
from django.test import Client
from oauth2_provider.models import Application

from common.accounts.tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
BACK = "https://partner.example/back"


@pytest.fixture(autouse=True)
def _fresh() -> None:
    for cache in caches.all():
        cache.clear()


def make_app(client_id: str, grant: str, **values: Any) -> Application:
    app = Application(
        name="Learner app",
        client_id=client_id,
        client_type=values.pop("client_type", "public"),
        authorization_grant_type=grant,
        **values,
    )
    app.save()
    return app


def token_of(client_id: str = "app") -> str:
    form = {"grant_type": "password", "username": "ada", "password": PASSWORD}
    answer = Client().post("/oauth2/access_token", {**form, "client_id": client_id})
    return str(answer.json()["access_token"])


def code_of(app: str = "web", **query: str) -> tuple[Client, str]:
    client = Client()
    client.force_login(make_user("ada"))
    ask = {"client_id": app, "response_type": "code", "redirect_uri": BACK, **query}
    page = client.get("/oauth2/authorize/", ask)
    assert page.status_code == 200, page.content
    answer = client.post("/oauth2/authorize/", {**ask, "scope": "read write", "allow": "True"})
    assert answer.status_code == 302
    return client, parse_qs(urlsplit(answer["Location"]).query)["code"][0]


@pytest.mark.parametrize("address", ["/oauth2/login/", "/oauth2/login"])
def test_a_token_of_the_password_grant_opens_a_session(address: str) -> None:
    make_user("ada")
    make_app("app", "password")
    client = Client(enforce_csrf_checks=True)
    answer = client.post(address, headers={"authorization": f"Bearer {token_of()}"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert client.get("/api/mobile/v0.5/users/ada").json()["username"] == "ada"


def test_tokens_of_other_grants_open_no_session() -> None:
    make_app(
        "web",
        "authorization-code",
        client_type="confidential",
        client_secret="s3cret",
        redirect_uris=BACK,
    )
    _client, code = code_of()
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    answer = Client().post(
        "/oauth2/access_token", {**form, "client_id": "web", "client_secret": "s3cret"}
    )
    assert answer.status_code == 200, answer.content
    header = {"authorization": f"Bearer {answer.json()['access_token']}"}
    assert Client(headers=header).get("/api/mobile/v0.5/users/ada").status_code == 200
    refused = Client(headers=header).post("/oauth2/login/")
    assert (refused.status_code, refused.json()["error_code"]) == (401, "non_supported_token")


def test_who_has_no_token_opens_no_session() -> None:
    answer = Client().post("/oauth2/login/")
    assert answer.status_code == 401
    assert answer.json()["error_code"] == "not_authenticated"


def test_consent_names_the_app_and_what_it_may_and_says_no_as_well() -> None:
    make_app("web", "authorization-code", client_type="confidential", redirect_uris=BACK)
    client = Client()
    client.force_login(make_user("ada"))
    ask = {"client_id": "web", "response_type": "code", "redirect_uri": BACK, "state": "x<y"}
    page = client.get("/oauth2/authorize/", ask).content.decode()
    assert "Learner app" in page
    assert "x&lt;y" in page
    answer = client.post("/oauth2/authorize/", {**ask, "scope": "read"})
    assert "error=access_denied" in answer["Location"]


@pytest.mark.parametrize(
    "change", [{"client_id": "other"}, {"redirect_uri": "https://evil.example"}]
)
def test_an_unknown_app_or_way_back_goes_nowhere(change: dict[str, str]) -> None:
    make_app("web", "authorization-code", client_type="confidential", redirect_uris=BACK)
    client = Client()
    client.force_login(make_user("ada"))
    ask = {"client_id": "web", "response_type": "code", "redirect_uri": BACK, **change}
    answer = client.get("/oauth2/authorize/", ask)
    assert answer.status_code == 400
    assert "Location" not in answer


def test_a_public_app_of_the_web_must_prove_that_the_code_is_its_own() -> None:
    make_app("web", "authorization-code", redirect_uris=BACK)
    client = Client()
    client.force_login(make_user("ada"))
    ask = {"client_id": "web", "response_type": "code", "redirect_uri": BACK}
    assert "error=invalid_request" in client.get("/oauth2/authorize/", ask)["Location"]


def test_strangers_are_asked_to_sign_in_before_they_consent() -> None:
    answer = Client().get("/oauth2/authorize/", {"client_id": "web"})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("address", ["/api/nothing", "/api/mobile/v9/nothing/", "/user_api/x"])
def test_programs_are_never_told_in_pages(address: str) -> None:
    answer = Client().get(address, headers={"accept": "text/html"})
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/json")
    assert answer.json()["error_code"] == "not_found"


def test_a_write_with_a_session_needs_the_csrf_token() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("ada"))
    answer = client.post("/api/mobile/v0.5/users/ada")
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/json")


def test_providers_that_take_no_part_are_told_as_json() -> None:
    answer = Client().post("/oauth2/exchange_access_token/google-oauth2/", {"access_token": "x"})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
