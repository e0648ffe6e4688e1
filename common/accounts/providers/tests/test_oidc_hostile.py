"""Tokens of OpenID Connect that nobody should believe: refused, nothing made, the reason logged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import get_user_model
from django.test import Client

from common.accounts.providers.options import check_entries
from common.accounts.providers.tests import oidcidp as idp
from common.accounts.providers.tests.keycloak import CLIENT_SECRET, LOGIN
from common.accounts.providers.tests.oidcidp import School, Schools, signed
from common.accounts.tests.factories import make_user

pytestmark = pytest.mark.django_db

CALLBACK = LOGIN.replace("login/", "callback/")


@pytest.fixture
def school(schools: Schools, settings: Any) -> School:
    found = schools.new()
    settings.IDENTITY_PROVIDERS = check_entries([found.entry()])
    return found


def _come_back(client: Client, state: str) -> Any:
    return client.get(CALLBACK, {"code": "a code", "state": state})


def _who(client: Client) -> str | None:
    user_id = client.session.get("_auth_user_id")
    return None if user_id is None else get_user_model().objects.get(pk=user_id).get_username()


def _assert_refused(client: Client, answer: Any, why: str, caplog: Any) -> None:
    assert answer.status_code == 401
    assert "Example School could not sign you in here" in answer.content.decode()
    assert _who(client) is None
    assert not get_user_model().objects.exists()
    assert "sign-in through school failed" in caplog.text
    assert why in caplog.text


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"aud": ["lyceum"]},
        {"aud": ["lyceum", "library"], "azp": "lyceum"},
        {"at_hash": idp.at_hash(idp.ACCESS_TOKEN)},
    ],
    ids=["plain", "list", "several, for us", "with at_hash"],
)
@pytest.mark.parametrize("header", [{}, {"kid": ""}], ids=["named key", "only key"])
def test_a_right_token_lets_in(
    school: School, client: Client, said: dict[str, Any], header: dict[str, str]
) -> None:
    """Otherwise the refusals below would prove nothing."""
    state, nonce = idp.ask(client)
    school.id_token = signed(school.claims(nonce, **said), **header)
    assert _come_back(client, state).status_code == 302
    assert _who(client) == "ada"


_FUTURE = 4_000_000_000
_PAST = 1_000_000_000


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"nonce": None}, "does not belong to this sign-in"),
        ({"nonce": "another"}, "does not belong to this sign-in"),
        ({"nonce": ["x"]}, "does not belong to this sign-in"),
        ({"iss": "https://elsewhere.example"}, "Invalid issuer"),
        ({"iss": None}, '"iss"'),
        ({"aud": "library"}, "Audience doesn't match"),
        ({"aud": ["library"]}, "Audience doesn't match"),
        ({"aud": None}, '"aud"'),
        ({"azp": "library"}, "made for another client"),
        ({"aud": ["lyceum", "library"]}, "made for another client"),
        ({"aud": ["lyceum", "library"], "azp": "library"}, "made for another client"),
        ({"exp": _PAST}, "expired"),
        ({"exp": None}, '"exp"'),
        ({"exp": "never"}, "DecodeError"),
        ({"iat": _FUTURE}, "not yet valid"),
        ({"iat": None}, '"iat"'),
        ({"nbf": _FUTURE}, "not yet valid"),
        ({"sub": None}, '"sub"'),
        ({"sub": ""}, "no subject"),
        ({"sub": "x" * 300}, "no subject"),
        ({"sub": ["ada"]}, "InvalidSubject"),
        ({"at_hash": idp.at_hash("another")}, "another access token"),
        ({"at_hash": 7}, "another access token"),
    ],
    ids=str,
)
def test_a_token_that_is_not_for_this_moment_and_place_is_refused(
    school: School, client: Client, caplog: Any, said: dict[str, Any], why: str
) -> None:
    state, nonce = idp.ask(client)
    school.id_token = signed(school.claims(nonce, **said))
    _assert_refused(client, _come_back(client, state), why, caplog)


def _tampered(claims: Any) -> str:
    head, _, signature = signed(claims).split(".")
    _, body, _ = signed({**claims, "sub": "admin"}, "mallory").split(".")
    return f"{head}.{body}.{signature}"


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (idp.unsigned, "alg"),
        (lambda c: idp.by_secret(c, idp.public_pem("school")), "alg"),
        (lambda c: idp.by_secret(c, str(idp.jwk("school")["n"]).encode()), "alg"),
        (lambda c: idp.by_secret(c, CLIENT_SECRET.encode()), "alg"),
        (lambda c: signed(c, "mallory"), "no key of the provider"),
        (lambda c: signed(c, "mallory", kid="school"), "Signature verification failed"),
        (lambda c: signed(c, "mallory", kid=""), "Signature verification failed"),
        (lambda c: signed(c, "mallory", kid="", jwk=idp.jwk("mallory")), "verification failed"),
        (
            lambda c: signed(c, "mallory", kid="school", jku="http://127.0.0.1:9/keys"),
            "verification failed",
        ),
        (_tampered, "Signature verification failed"),
        (lambda c: signed(c).rpartition(".")[0] + ".", "Signature verification failed"),
        (lambda c: "not.a.token", "DecodeError"),
        (lambda c: "x" * 100_000, "DecodeError"),
        (lambda c: None, "id_token"),
    ],
    ids=[
        "alg none",
        "HS256 by the public key",
        "HS256 by the modulus",
        "HS256 by the client's secret",
        "another's key",
        "another's key under this name",
        "another's key under no name",
        "key in the token",
        "key elsewhere",
        "tampered",
        "signature cut off",
        "nonsense",
        "endless",
        "no token",
    ],
)
def test_a_token_that_the_provider_did_not_sign_is_refused(
    school: School, client: Client, caplog: Any, make: Callable[[Any], str | None], why: str
) -> None:
    state, nonce = idp.ask(client)
    school.id_token = make(school.claims(nonce))
    _assert_refused(client, _come_back(client, state), why, caplog)


def test_user_info_about_somebody_else_is_refused(
    school: School, client: Client, caplog: Any
) -> None:
    school.userinfo = {"sub": "admin", "email": "admin@school.example"}
    state, nonce = idp.ask(client)
    school.id_token = signed(school.claims(nonce))
    _assert_refused(client, _come_back(client, state), "about somebody else", caplog)


def test_user_info_that_is_no_object_is_refused(
    school: School, client: Client, caplog: Any
) -> None:
    school.userinfo = ["ada-1815"]
    state, nonce = idp.ask(client)
    school.id_token = signed(school.claims(nonce))
    _assert_refused(client, _come_back(client, state), "does not answer with an object", caplog)


def test_a_provider_that_speaks_for_another_is_refused(
    school: School, client: Client, caplog: Any
) -> None:
    school.issuer = "https://elsewhere.example"
    _assert_refused(client, client.post(LOGIN), "speaks for another issuer", caplog)


def test_a_code_that_the_provider_refuses_is_refused(
    school: School, client: Client, caplog: Any
) -> None:
    state, _nonce = idp.ask(client)
    school.token_status = 400
    _assert_refused(client, _come_back(client, state), "", caplog)


def test_an_answer_at_another_providers_address_is_refused(
    schools: Schools, school: School, client: Client, settings: Any, caplog: Any
) -> None:
    twin = schools.new()
    settings.IDENTITY_PROVIDERS = check_entries([school.entry(), twin.entry(id="twin")])
    state, nonce = idp.ask(client)
    twin.id_token = signed(twin.claims(nonce))
    said = {"code": "a code", "state": state}
    assert client.get(CALLBACK.replace("school", "twin"), said).status_code == 401
    assert _who(client) is None


@pytest.mark.parametrize(
    ("says", "options"),
    [(says, {"trust_email": True}) for says in (False, None, "no", 1, "1 ")]
    + [(True, {}), (None, {"confirmed_emails": True})]
    + [(says, {"trust_email": True, "confirmed_emails": True}) for says in (False, "", 0)],
    ids=repr,
)
def test_an_address_that_is_not_said_to_be_confirmed_opens_no_account(
    school: School, client: Client, settings: Any, says: Any, options: dict[str, bool]
) -> None:
    settings.IDENTITY_PROVIDERS = check_entries([school.entry(**options)])
    known = make_user(email="ada@school.example")
    EmailAddress.objects.create(user=known, email=known.email, verified=True, primary=True)
    state, nonce = idp.ask(client)
    school.id_token = signed(school.claims(nonce, email_verified=says))
    _come_back(client, state)
    assert _who(client) is None
    assert not SocialAccount.objects.exists()


def test_all_addresses_of_a_provider_may_count_as_confirmed(
    school: School, client: Client, settings: Any
) -> None:
    entry = school.entry(trust_email=True, confirmed_emails=True)
    settings.IDENTITY_PROVIDERS = check_entries([entry])
    known = make_user("lovelace", email="ada@school.example")
    EmailAddress.objects.create(user=known, email=known.email, verified=True, primary=True)
    state, nonce = idp.ask(client)
    school.id_token = signed(school.claims(nonce, email_verified=None))
    _come_back(client, state)
    assert _who(client) == "lovelace"


@pytest.mark.parametrize(
    "email",
    ["ada@school.example\n", "ada@school.example,root@x.example", "ada", "a" * 300 + "@x.example"],
)
def test_what_is_no_address_opens_no_account(
    school: School, client: Client, settings: Any, email: str
) -> None:
    settings.IDENTITY_PROVIDERS = check_entries([school.entry(trust_email=True)])
    make_user(email="root@x.example")
    state, nonce = idp.ask(client)
    school.id_token = signed(school.claims(nonce, email=email))
    assert _come_back(client, state).status_code in {302, 401}
    assert _who(client) in {None, "ada"}
    assert all(len(row.email) < 255 and "," not in row.email for row in EmailAddress.objects.all())


def test_whoever_completes_the_account_is_led_to_where_they_wanted(
    school: School, client: Client
) -> None:
    page = client.post(LOGIN, {"next": "/courses/?q=charts"})["Location"]
    school.person = {"email": None}
    back = school.send_back(page.partition("?")[2])
    answer = client.get(back)
    assert answer["Location"] == "/accounts/providers/signup/"
    said = {"username": "ada", "email": "ada@example.org"}
    answer = client.post(answer["Location"], said)
    assert answer["Location"] == "/courses/?q=charts", answer.content.decode()
