"""Sign-in through a real provider of OpenID Connect: who comes in as whom, and who does not."""

from __future__ import annotations

import logging
from collections.abc import Callable
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.test import Client

from common.accounts.api import Role, get_profile, grant_role, request_departure
from common.accounts.factors.tests.codes import code_of, make_person_with_app
from common.accounts.providers.tests.keycloak import (
    LOGIN,
    Realm,
    begin,
    come_in,
    sign_in_there,
)
from common.accounts.tests.factories import PASSWORD, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(240)]

_NUMBERS = count(1)
People = Any


@pytest.fixture
def ada(realm: Realm, school: Callable[..., None]) -> str:
    """Return somebody's name at the institution; nobody here knows them."""
    name = f"ada{next(_NUMBERS)}"
    realm.add_person(name)
    return name


def _who(client: Client) -> str | None:
    user_id = client.session.get("_auth_user_id")
    return None if user_id is None else get_user_model().objects.get(pk=user_id).get_username()


def _changed(address: str, **values: str) -> str:
    parts = urlsplit(address)
    query = {name: found[0] for name, found in parse_qs(parts.query).items()}
    return urlunsplit(parts._replace(query=urlencode({**query, **values})))


def _make_known(email: str, *, confirmed: bool = True, **values: Any) -> Any:
    person = make_user(email=email, **values)
    EmailAddress.objects.create(user=person, email=email, verified=confirmed, primary=True)
    return person


def test_the_sign_in_page_has_a_button(school: Callable[..., None], client: Client) -> None:
    page = client.get("/accounts/login/?next=/courses/").content.decode()
    assert "Go on with Example School" in page
    assert LOGIN in page


def test_a_new_person_gets_an_account(ada: str, client: Client) -> None:
    answer = come_in(client, ada)
    assert (answer.status_code, _who(client)) == (302, ada)
    person = get_user_model().objects.get(username=ada)
    assert person.email == f"{ada}@school.example"
    assert get_profile(person.pk).name == "Ada Lovelace"
    assert not person.has_usable_password()


def test_an_address_counts_as_confirmed_only_where_the_provider_is_trusted(
    ada: str, school: Callable[..., None], client: Client
) -> None:
    come_in(client, ada)
    assert not EmailAddress.objects.get(email=f"{ada}@school.example").verified


def test_a_trusted_provider_confirms_the_address(
    ada: str, school: Callable[..., None], client: Client
) -> None:
    school(trust_email=True)
    come_in(client, ada)
    assert EmailAddress.objects.get(email=f"{ada}@school.example").verified


def test_the_second_time_it_is_the_same_account(ada: str, client: Client) -> None:
    come_in(client, ada)
    again = Client()
    come_in(again, ada, next="/courses/")
    assert _who(again) == ada
    assert SocialAccount.objects.count() == 1


@pytest.mark.parametrize(
    ("next_page", "led_to"), [("/courses/", "/courses/"), ("https://evil.example/", "/")]
)
def test_one_is_led_on_within_the_site_alone(
    ada: str, client: Client, next_page: str, led_to: str
) -> None:
    assert come_in(client, ada, next=next_page)["Location"] == led_to


def test_an_untrusted_address_opens_nobodys_account(ada: str, client: Client) -> None:
    known = _make_known(f"{ada}@school.example")
    answer = come_in(client, ada)
    assert answer["Location"] == "/accounts/providers/signup/"
    assert _who(client) is None
    answer = client.post(answer["Location"], {"username": "thief", "email": known.email})
    assert "There is an account with this address already" in answer.content.decode()
    assert _who(client) is None
    assert not SocialAccount.objects.exists()


def test_a_trusted_confirmed_address_opens_the_account_and_stays_connected(
    ada: str, school: Callable[..., None], client: Client
) -> None:
    school(trust_email=True)
    known = _make_known(f"{ada}@school.example")
    come_in(client, ada)
    assert _who(client) == known.get_username()
    assert SocialAccount.objects.get().user_id == known.pk


@pytest.mark.parametrize("who", ["staff", "course team", "second step", "unconfirmed here"])
def test_a_trusted_address_does_not_open_an_account_worth_stealing(
    ada: str, school: Callable[..., None], client: Client, who: str
) -> None:
    school(trust_email=True)
    email = f"{ada}@school.example"
    if who == "second step":
        known = make_person_with_app()
        known.email = email
        known.save()
        EmailAddress.objects.update_or_create(
            user=known, primary=True, defaults={"email": email, "verified": True}
        )
    else:
        known = _make_known(email, confirmed=who != "unconfirmed here", is_staff=who == "staff")
    if who == "course team":
        grant_role(user_id=known.pk, role=Role.STAFF, org="LyceumX")
    answer = come_in(client, ada)
    assert "You have an account already" in answer.content.decode()
    assert _who(client) is None
    assert not SocialAccount.objects.exists()


def test_an_address_that_the_provider_did_not_confirm_opens_nothing(
    realm: Realm, school: Callable[..., None], client: Client
) -> None:
    school(trust_email=True)
    realm.add_person("mallory", emailVerified=False)
    _make_known("mallory@school.example")
    assert come_in(client, "mallory")["Location"] == "/accounts/providers/signup/"


def test_what_registration_asks_is_asked(ada: str, client: Client, settings: Any) -> None:
    settings.REGISTRATION_FIELDS = {"country": "required", "terms_of_service": "required"}
    answer = come_in(client, ada)
    page = client.get(answer["Location"]).content.decode()
    assert "terms of service" in page
    said = {"username": ada, "email": f"{ada}@school.example", "country": "GB"}
    assert "Agree to the terms" in client.post(answer["Location"], said).content.decode()
    assert _who(client) is None
    client.post(answer["Location"], {**said, "terms_of_service": "on"})
    assert _who(client) == ada
    assert get_profile(get_user_model().objects.get(username=ada).pk).country == "GB"


@pytest.mark.parametrize("is_open", [True, False])
def test_closed_registration_holds_unless_the_provider_is_open(
    ada: str, school: Callable[..., None], client: Client, settings: Any, is_open: bool
) -> None:
    settings.REGISTRATION_OPEN = False
    school(open=is_open)
    answer = come_in(client, ada)
    assert (_who(client) == ada) is is_open
    assert is_open or "Registration is closed" in answer.content.decode()


def test_a_closed_account_stays_closed(ada: str, client: Client) -> None:
    come_in(client, ada)
    request_departure(get_user_model().objects.get(username=ada).pk)
    again = Client()
    answer = again.get(come_in(again, ada)["Location"])
    assert "This account is closed" in answer.content.decode()
    assert _who(again) is None


@pytest.mark.parametrize("words", [[], ["1"]], ids=["not believed", "believed"])
def test_the_second_step_is_asked_unless_the_provider_asked_it(
    ada: str, school: Callable[..., None], client: Client, words: list[str]
) -> None:
    """Keycloak says acr=1 after its form."""
    school(mfa=words)
    person = make_person_with_app()
    client.force_login(person)
    said = {"code": code_of()}
    client.post("/accounts/security/factors/reauthenticate/", said)
    _connect(client, ada)
    again = Client()
    come_in(again, ada)
    assert _who(again) == (person.get_username() if words else None)


def test_a_second_step_of_yesterday_is_not_believed_today(
    ada: str, school: Callable[..., None], client: Client
) -> None:
    person = make_person_with_app()
    SocialAccount.objects.create(
        user=person, provider="school", uid=_subject(ada, client), extra_data={"second_step": True}
    )
    again = Client()
    come_in(again, ada)
    assert _who(again) is None


def test_an_answer_without_our_question_is_refused(ada: str, client: Client) -> None:
    back = sign_in_there(begin(client), ada)
    victim = Client()
    answer = victim.get(back)
    assert answer.status_code == 401
    assert "That did not work" in answer.content.decode()
    assert _who(victim) is None


def test_an_answer_counts_once(ada: str, client: Client) -> None:
    back = sign_in_there(begin(client), ada)
    assert client.get(back).status_code == 302
    client.logout()
    assert client.get(back).status_code == 401


def test_a_token_of_another_sign_in_is_refused(ada: str, client: Client) -> None:
    """The nonce is what binds the token to this browser's question."""
    question = begin(client)
    answer = client.get(sign_in_there(_changed(question, nonce="another"), ada))
    assert answer.status_code == 401
    assert _who(client) is None


def test_a_stolen_code_is_worth_nothing_without_its_verifier(ada: str, client: Client) -> None:
    back = sign_in_there(begin(client), ada)
    code = parse_qs(urlsplit(back).query)["code"][0]
    thief = Client()
    state = parse_qs(urlsplit(begin(thief)).query)["state"][0]
    answer = thief.get(_changed(back, code=code, state=state))
    assert answer.status_code == 401
    assert _who(thief) is None


def test_nothing_of_the_browsers_address_goes_to_the_provider(
    school: Callable[..., None], client: Client
) -> None:
    answer = client.post(f"{LOGIN}?auth_params=nonce%3Dmine%26prompt%3Dnone&scope=offline_access")
    sent = parse_qs(urlsplit(answer["Location"]).query)
    assert sent["nonce"] != ["mine"]
    assert "prompt" not in sent
    assert "offline_access" not in sent["scope"][0]


def test_turning_back_at_the_provider_is_no_error(
    school: Callable[..., None], client: Client
) -> None:
    state = parse_qs(urlsplit(begin(client)).query)["state"][0]
    back = LOGIN.replace("login/", "callback/")
    answer = client.get(back, {"error": "access_denied", "state": state}, follow=True)
    assert "You turned back" in answer.content.decode()


def test_a_provider_that_is_down_gives_a_readable_page(
    school: Callable[..., None], client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    school(server_url="http://127.0.0.1:9/realms/none")
    with caplog.at_level(logging.WARNING):
        answer = client.post(LOGIN)
    assert answer.status_code == 401
    assert "Example School could not sign you in here" in answer.content.decode()
    assert "sign-in through school failed" in caplog.text


def test_a_wrong_client_secret_gives_a_readable_page(
    ada: str, school: Callable[..., None], client: Client
) -> None:
    school(client_secret="wrong")
    assert come_in(client, ada).status_code == 401


def test_failures_are_counted(school: Callable[..., None], client: Client, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "provider_failed": "2/m/ip"}
    cache.clear()
    back = LOGIN.replace("login/", "callback/") + "?code=x&state=y"
    assert [client.get(back).status_code for _ in range(4)] == [401, 401, 429, 429]
    assert client.post(LOGIN).status_code == 429


@pytest.mark.parametrize("provider", ["nobody", "openid_connect", "saml"])
def test_there_is_nothing_where_no_provider_is(
    school: Callable[..., None], client: Client, provider: str
) -> None:
    assert client.post(LOGIN.replace("school", provider)).status_code == 404


def test_signed_in_people_connect_and_disconnect(ada: str, client: Client) -> None:
    person = _make_known("me@example.org")
    client.force_login(person)
    _confirm(client)
    _connect(client, ada)
    page = client.get("/accounts/providers/").content.decode()
    assert f"{ada}@school.example" in page
    row = SocialAccount.objects.get(user_id=person.pk)
    client.post(f"/accounts/providers/{row.pk}/end/")
    assert not SocialAccount.objects.exists()


def test_the_last_way_in_is_kept(ada: str, client: Client) -> None:
    come_in(client, ada)
    row = SocialAccount.objects.get()
    answer = client.post(f"/accounts/providers/{row.pk}/end/", follow=True)
    assert "your only way to sign in" in answer.content.decode()
    assert SocialAccount.objects.exists()


def test_nobody_ends_anothers_connection(ada: str, client: Client) -> None:
    come_in(client, ada)
    row = SocialAccount.objects.get()
    other = Client()
    other.force_login(make_user())
    _confirm(other)
    assert other.post(f"/accounts/providers/{row.pk}/end/").status_code == 404


def test_what_is_connected_elsewhere_is_not_taken_over(ada: str, client: Client) -> None:
    come_in(client, ada)
    other = Client()
    person = make_user()
    other.force_login(person)
    _confirm(other)
    _connect(other, ada)
    assert not SocialAccount.objects.filter(user_id=person.pk).exists()


def test_without_being_signed_in_connecting_is_signing_in(ada: str, client: Client) -> None:
    come_in(client, ada, process="connect")
    assert _who(client) == ada


def test_connecting_asks_for_the_password_first(ada: str, client: Client) -> None:
    person = make_user()
    client.force_login(person)
    answer = come_in(client, ada, process="connect")
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert not SocialAccount.objects.exists()
    _confirm(client)
    assert SocialAccount.objects.get().user_id == person.pk


def _confirm(client: Client) -> None:
    """Say the password once more."""
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302


def _connect(client: Client, username: str) -> None:
    answer = come_in(client, username, process="connect")
    assert answer.status_code == 302


def _subject(username: str, client: Client) -> str:
    """Return who the provider says that it is; leaves nothing behind."""
    come_in(client, username)
    row = SocialAccount.objects.get(user__username=username)
    uid = str(row.uid)
    get_user_model().objects.filter(username=username).delete()
    return uid
