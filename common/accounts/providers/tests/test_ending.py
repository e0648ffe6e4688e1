"""Signing out here and at the institution: offered after the one, and heard of the other."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from common.accounts.factors.tests.codes import code_of, is_in, make_person_with_app
from common.accounts.providers.options import check_entries
from common.accounts.providers.tests import oidcidp as idp
from common.accounts.providers.tests.keycloak import LOGIN
from common.accounts.providers.tests.oidcidp import School, Schools, signed
from common.accounts.tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

OUT = "/accounts/logout/"
LEFT = "/accounts/providers/signed-out/"
BACKCHANNEL = LOGIN.replace("login/", "backchannel/")
EVENT = "http://schemas.openid.net/event/backchannel-logout"


@pytest.fixture
def school(schools: Schools, settings: Any) -> School:
    found = schools.new()
    found.end_session = f"{found.url}/logout?theme=plain"
    settings.IDENTITY_PROVIDERS = check_entries([found.entry()])
    return found


def _come_in(school: School, **said: Any) -> Client:
    client = Client()
    school.person = said
    back = school.send_back(client.post(LOGIN)["Location"].partition("?")[2])
    client.get(back)
    return client


def test_after_signing_out_one_may_sign_out_there_too(school: School) -> None:
    client = _come_in(school)
    assert client.post(OUT)["Location"] == LEFT
    assert not is_in(client)
    page = client.get(LEFT).content.decode()
    assert "You are still signed in at Example School" in page
    address = urlsplit(client.post(LEFT)["Location"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{school.url}/logout"
    assert parse_qs(address.query) == {
        "theme": ["plain"],
        "client_id": ["lyceum"],
        "post_logout_redirect_uri": [f"http://testserver{LEFT}"],
        "id_token_hint": [school.id_token],
    }
    again = client.get(LEFT).content.decode()
    assert "Sign in again" in again
    assert "Sign out at" not in again
    assert client.post(LEFT).status_code == 200


def test_whoever_had_a_second_step_between_is_asked_too(school: School) -> None:
    person = make_person_with_app()
    SocialAccount.objects.create(user=person, provider="school", uid="ada-1815")
    client = _come_in(school)
    assert not is_in(client)
    client.post("/accounts/security/factors/authenticate/", {"code": code_of()})
    assert is_in(client)
    assert client.post(OUT)["Location"] == LEFT


def test_signing_out_goes_on_where_there_is_nothing_to_ask(school: School) -> None:
    make_user("bob")
    by_password = Client()
    by_password.post("/accounts/login/", {"login": "bob", "password": PASSWORD})
    assert by_password.post(OUT)["Location"] == "/"
    led_on = _come_in(school)
    assert led_on.post(OUT, {"next": "/courses/"})["Location"] == "/courses/"


def test_nothing_is_offered_where_the_provider_cannot_do_it(school: School) -> None:
    school.end_session = ""
    assert _come_in(school).post(OUT)["Location"] == "/"


@pytest.mark.parametrize("address", ["http://id.school.example/logout", "javascript:alert(1)"])
def test_nobody_is_sent_to_an_address_that_is_not_safe(school: School, address: str) -> None:
    school.end_session = address
    client = _come_in(school)
    client.post(OUT)
    answer = client.post(LEFT)
    assert answer.status_code == 200
    assert "Example School does not answer" in answer.content.decode()


def test_whoever_is_in_again_signs_nobody_out_there(school: School) -> None:
    client = _come_in(school)
    client.post(OUT)
    client.force_login(make_user("bob"))
    assert "Sign out at" not in client.get(LEFT).content.decode()
    assert client.post(LEFT).status_code == 200


def test_the_next_sign_in_lasts_as_long_as_any_other(school: School, settings: Any) -> None:
    client = _come_in(school)
    client.post(OUT)
    client.get(school.send_back(client.post(LOGIN)["Location"].partition("?")[2]))
    assert is_in(client)
    assert client.session.get_expiry_age() == settings.SESSION_COOKIE_AGE
    assert "lyceum_institution_left" not in client.session


def test_after_a_while_nothing_is_offered_any_more(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = _come_in(school)
    client.post(OUT)
    now = time.time()
    monkeypatch.setattr("common.accounts.providers.ending.time.time", lambda: now + 700)
    assert "Sign out at" not in client.get(LEFT).content.decode()


def test_a_look_at_the_address_signs_nobody_out(school: School) -> None:
    client = _come_in(school)
    client.get(OUT)
    assert is_in(client)


def _logout(school: School, **values: Any) -> dict[str, Any]:
    said = {
        "iss": school.url,
        "aud": "lyceum",
        "iat": int(time.time()),
        "jti": "one",
        "events": {EVENT: {}},
        "sub": "ada-1815",
        **values,
    }
    return {name: value for name, value in said.items() if value is not None}


def _tell(token: str) -> int:
    return int(
        Client(enforce_csrf_checks=True).post(BACKCHANNEL, {"logout_token": token}).status_code
    )


def test_an_end_there_ends_what_came_through_it(school: School) -> None:
    phone, laptop = _come_in(school, sid="phone"), _come_in(school, sid="laptop")
    person = SocialAccount.objects.get().user
    by_password = Client()
    by_password.force_login(person)
    grace = {"sub": "grace", "preferred_username": "grace", "email": "grace@school.example"}
    other = _come_in(school, sid="hers", **grace)
    assert _tell(signed(_logout(school, sid="phone", sub=None))) == 200
    assert (is_in(phone), is_in(laptop)) == (False, True)
    assert _tell(signed(_logout(school, jti="two"))) == 200
    assert (is_in(laptop), is_in(by_password), is_in(other)) == (False, True, True)


def test_a_session_is_ended_for_its_own_person_only(school: School) -> None:
    client = _come_in(school, sid="phone")
    assert _tell(signed(_logout(school, sid="phone", sub="grace"))) == 200
    assert is_in(client)


@pytest.mark.parametrize(
    "make",
    [
        lambda s: "",
        lambda s: "not.a.token",
        lambda s: idp.unsigned(_logout(s)),
        lambda s: idp.by_secret(_logout(s), idp.public_pem("school")),
        lambda s: signed(_logout(s), "mallory", kid="school"),
        lambda s: signed(_logout(s, nonce="x")),
        lambda s: signed(_logout(s, events=None)),
        lambda s: signed(_logout(s, events={})),
        lambda s: signed(_logout(s, events="backchannel-logout")),
        lambda s: signed(_logout(s, aud="library")),
        lambda s: signed(_logout(s, iss="https://elsewhere.example")),
        lambda s: signed(_logout(s, iat=int(time.time()) - 3600)),
        lambda s: signed(_logout(s, iat=None)),
        lambda s: signed(_logout(s, jti=None)),
        lambda s: signed(_logout(s, sub=None)),
        lambda s: s.id_token,
    ],
    ids=[
        "nothing",
        "nonsense",
        "unsigned",
        "by the public key",
        "another's key",
        "with a nonce",
        "no event",
        "another event",
        "event as a text",
        "for others",
        "of others",
        "old",
        "of no time",
        "no number",
        "about nobody",
        "an ID token",
    ],
)
def test_a_logout_token_that_nobody_should_believe_ends_nothing(
    school: School, caplog: Any, make: Callable[[School], str]
) -> None:
    client = _come_in(school)
    assert _tell(make(school)) == 400
    assert is_in(client)
    assert "sign-in through school failed" in caplog.text


def test_a_logout_token_counts_once(school: School) -> None:
    _come_in(school)
    token = signed(_logout(school))
    assert _tell(token) == 200
    again = _come_in(school)
    assert _tell(token) == 400
    assert is_in(again)


def test_the_backchannel_is_for_posts_to_known_providers(school: School, client: Client) -> None:
    assert client.get(BACKCHANNEL).status_code == 405
    assert client.post(BACKCHANNEL.replace("school", "nobody")).status_code == 404
