"""Sign-in through a real provider of SAML: only whole, fresh answers to our own questions count."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.test import Client

from common.accounts.providers.options import check_entries
from common.accounts.providers.tests.keycloak import (
    SAML,
    Realm,
    begin_saml,
    come_in_by_saml,
    hand_in,
    saml_answer,
)
from common.accounts.tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(240)]

_NUMBERS = count(1)


@pytest.fixture
def grace(realm: Realm, campus: Callable[..., None]) -> str:
    """Return somebody's name at the institution; nobody here knows them."""
    name = f"grace{next(_NUMBERS)}"
    realm.add_person(name)
    return name


def _who(client: Client) -> str | None:
    user_id = client.session.get("_auth_user_id")
    return None if user_id is None else get_user_model().objects.get(pk=user_id).get_username()


def _changed(answer: str, change: Callable[[str], str]) -> str:
    text = base64.b64decode(answer).decode()
    changed = change(text)
    assert changed != text
    return base64.b64encode(changed.encode()).decode()


def _assert_refused(client: Client, answer: Any, why: str, caplog: Any) -> None:
    assert answer.status_code == 401
    assert "Example Campus could not sign you in here" in answer.content.decode()
    assert _who(client) is None
    assert not SocialAccount.objects.exists()
    assert why in caplog.text


def test_a_new_person_gets_an_account_and_the_same_next_time(grace: str, client: Client) -> None:
    answer = come_in_by_saml(client, grace, next="/courses/")
    assert (answer.status_code, answer["Location"], _who(client)) == (302, "/courses/", grace)
    assert get_user_model().objects.get(username=grace).email == f"{grace}@school.example"
    again = Client()
    come_in_by_saml(again, grace)
    assert _who(again) == grace
    assert SocialAccount.objects.count() == 1


def test_an_address_alone_opens_nobodys_account(
    grace: str, campus: Callable[..., None], client: Client
) -> None:
    campus(trust_email=True)
    email = f"{grace}@school.example"
    EmailAddress.objects.create(user=make_user(email=email), email=email, verified=True)
    assert come_in_by_saml(client, grace)["Location"] == "/accounts/providers/signup/"
    assert _who(client) is None


def test_an_answer_counts_once(grace: str, client: Client, caplog: Any) -> None:
    answer = saml_answer(begin_saml(client), grace)
    hand_in(client, answer)
    assert _who(client) == grace
    thief = Client()
    assert hand_in(thief, answer).status_code == 401
    assert _who(thief) is None
    assert "used before" in caplog.text


def test_an_answer_to_another_browser_is_refused(grace: str, client: Client, caplog: Any) -> None:
    victim = Client()
    refused = hand_in(victim, saml_answer(begin_saml(client), grace))
    _assert_refused(victim, refused, "another browser asked", caplog)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("grace", "admin"),
        lambda text: re.sub(r"<dsig:Signature.*?</dsig:Signature>", "", text, flags=re.DOTALL),
        lambda text: re.sub(
            r"(<saml:Assertion.*</saml:Assertion>)", r"\1\1", text, flags=re.DOTALL
        ),
        lambda text: re.sub(r' InResponseTo="[^"]*"', "", text, count=1),
        lambda text: re.sub(r' Destination="[^"]*"', ' Destination="http://other.example/"', text),
        lambda text: '<!DOCTYPE x [<!ENTITY e "grace">]>' + text,
        lambda text: text[:-40],
    ],
    ids=["name", "unsigned", "doubled", "no question", "destination", "entities", "cut off"],
)
def test_a_changed_answer_is_refused(
    grace: str, client: Client, caplog: Any, change: Callable[[str], str]
) -> None:
    answer = _changed(saml_answer(begin_saml(client), grace), change)
    _assert_refused(client, hand_in(client, answer), "sign-in through campus failed", caplog)


@pytest.mark.parametrize("answer", ["", "not base64!", "x" * 300_000])
def test_nonsense_is_refused(
    campus: Callable[..., None], client: Client, caplog: Any, answer: str
) -> None:
    _assert_refused(client, hand_in(client, answer), "sign-in through campus failed", caplog)


def test_an_answer_that_nobody_asked_for_is_refused(
    realm: Realm, grace: str, client: Client, caplog: Any
) -> None:
    refused = hand_in(client, saml_answer(realm.begun_there("ours"), grace))
    _assert_refused(client, refused, "nobody asked", caplog)


def test_a_sign_in_may_begin_there_where_the_operator_says_so(
    realm: Realm, grace: str, campus: Callable[..., None], client: Client
) -> None:
    campus(idp_initiated=True)
    answer = saml_answer(realm.begun_there("ours"), grace)
    hand_in(client, answer)
    assert _who(client) == grace
    thief = Client()
    assert hand_in(thief, answer).status_code == 401


def test_an_answer_for_another_site_is_refused(
    realm: Realm, grace: str, campus: Callable[..., None], client: Client, caplog: Any
) -> None:
    """All of it is right but the audience."""
    campus(idp_initiated=True)
    refused = hand_in(client, saml_answer(realm.begun_there("elsewhere"), grace))
    _assert_refused(client, refused, "not a valid audience", caplog)


def test_an_answer_to_one_provider_is_none_to_another(
    realm: Realm, grace: str, client: Client, settings: Any
) -> None:
    entries = [realm.saml_entry(), realm.saml_entry(id="twin", idp_initiated=True)]
    settings.IDENTITY_PROVIDERS = check_entries(entries)
    answer = saml_answer(begin_saml(client), grace)
    assert hand_in(client, answer, SAML.replace("campus", "twin")).status_code == 401
    assert _who(client) is None


def test_an_assertion_that_is_over_is_refused(
    grace: str, client: Client, caplog: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from onelogin.saml2.utils import OneLogin_Saml2_Utils

    answer = saml_answer(begin_saml(client), grace)
    now = OneLogin_Saml2_Utils.now()
    monkeypatch.setattr(OneLogin_Saml2_Utils, "now", staticmethod(lambda: now + 3600))
    _assert_refused(client, hand_in(client, answer), "expired", caplog)


def test_the_providers_administrator_gets_our_metadata(
    campus: Callable[..., None], client: Client
) -> None:
    answer = client.get(f"{SAML}metadata/")
    assert f'Location="http://testserver{SAML}acs/"' in answer.content.decode()
    assert 'WantAssertionsSigned="true"' in answer.content.decode()


def test_certificate_and_address_serve_without_metadata(
    realm: Realm, grace: str, client: Client, settings: Any
) -> None:
    """The provider's metadata are read once by the operator, who writes down what they say."""
    import requests

    text = requests.get(f"{realm.url}/protocol/saml/descriptor", timeout=30).text
    found = re.search(r"X509Certificate>([^<]+)<", text)
    assert found
    entry = realm.saml_entry(
        entity_id=realm.url, sso_url=f"{realm.url}/protocol/saml", certificate=found[1]
    )
    del entry["metadata_url"]
    settings.IDENTITY_PROVIDERS = check_entries([entry])
    come_in_by_saml(client, grace)
    assert _who(client) == grace


def test_a_provider_that_is_down_gives_a_readable_page(
    campus: Callable[..., None], client: Client
) -> None:
    campus(metadata_url="http://127.0.0.1:9/metadata")
    answer = client.post(f"{SAML}login/")
    assert answer.status_code == 401
    assert "Example Campus could not sign you in here" in answer.content.decode()


def test_failures_are_counted(campus: Callable[..., None], client: Client, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "provider_failed": "2/m/ip"}
    cache.clear()
    assert [hand_in(client, "x").status_code for _ in range(3)] == [401, 401, 429]


def test_answers_that_wait_are_counted(
    campus: Callable[..., None], client: Client, settings: Any
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login": "2/m/ip"}
    cache.clear()
    said = {"SAMLResponse": "x"}
    assert [client.post(f"{SAML}acs/", said).status_code for _ in range(3)] == [302, 302, 429]


@pytest.mark.parametrize("token", ["", "x", "\x00\u20ac" * 200])
def test_an_answer_that_never_came_is_refused(
    campus: Callable[..., None], client: Client, token: str
) -> None:
    assert client.get(f"{SAML}acs/finish/", {"answer": token}).status_code == 401
