"""Making an account: what is asked, what is agreed to, and addresses that prove to be one's own."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.cache import cache
from django.test import Client

from common.accounts import api
from common.accounts.errors import InvalidProfileError
from common.accounts.tests.factories import PASSWORD, make_user
from common.tracking.models import OutboxEvent

pytestmark = pytest.mark.django_db

PERSON = {"email": "b@example.org", "username": "bertha", "password1": "a long enough sentence"}


@pytest.fixture(autouse=True)
def forgotten_limits() -> None:
    cache.clear()


def people() -> Any:
    return get_user_model()._default_manager


def sign_up(**values: Any) -> Any:
    return Client().post("/accounts/signup/", {**PERSON, **values})


def sure_client(username: str) -> Client:
    """Return the client of somebody who has just given their password, twice."""
    client = Client()
    client.post("/accounts/login/", {"login": username, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def link_in(message: Any) -> str:
    found = re.search(r"https?://[^/\s]+(/accounts/confirm-email/\S+)", str(message.body))
    assert found
    return found[1]


def test_the_site_says_what_is_asked_and_in_which_order(settings: Any) -> None:
    settings.REGISTRATION_FIELDS = {
        "country": "required",
        "name": "optional",
        "goals": "hidden",
        "honor_code": "required",
    }
    settings.HONOR_CODE_URL = "https://example.org/honor"
    text = Client().get("/accounts/signup/").content.decode()
    assert text.index('name="country"') < text.index('name="name"') < text.index("honor_code")
    assert 'name="goals"' not in text
    assert '<a href="https://example.org/honor">honor code</a>' in text


def test_what_was_said_is_in_the_profile(settings: Any) -> None:
    settings.REGISTRATION_FIELDS = {"country": "required", "name": "optional"}
    assert sign_up(name=" Bertha ", country="DE", visibility="all_users").status_code == 302
    profile = api.get_profile(people().get(username="bertha").pk)
    assert (profile.name, profile.country) == ("Bertha", "DE")
    assert profile.visibility is api.Visibility.PRIVATE


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("country", "", id="left out"),
        pytest.param("country", "ZZ", id="no country"),
        pytest.param("year_of_birth", "soon", id="no year"),
        pytest.param("year_of_birth", "99999999999999999999", id="a year without end"),
        pytest.param("name", "x" * 300, id="too long"),
        pytest.param("honor_code", "", id="not agreed"),
        pytest.param("email", "no address", id="no address"),
        pytest.param("username", "a b<script>", id="signs in a name"),
        pytest.param("username", "x" * 151, id="name too long"),
        pytest.param("password1", "12345", id="a bad password"),
    ],
)
def test_each_field_says_what_is_wrong_and_no_account_is_made(
    settings: Any, field: str, value: str
) -> None:
    settings.REGISTRATION_FIELDS = {
        "country": "required",
        "name": "optional",
        "year_of_birth": "optional",
        "honor_code": "required",
    }
    right = {"country": "DE", "honor_code": "on"}
    answer = sign_up(**{**right, field: value})
    assert f'id="id_{field}-error"' in answer.content.decode()
    assert not people().filter(username="bertha").exists()
    assert field in api.check_registration({**PERSON, **right, field: value})


def test_agreeing_by_registering_shows_the_text_without_a_box(settings: Any) -> None:
    settings.REGISTRATION_FIELDS = {"terms_of_service": "optional"}
    settings.TERMS_URL = "https://example.org/terms"
    text = Client().get("/accounts/signup/").content.decode()
    assert "By making an account you agree" in text
    assert 'name="terms_of_service"' not in text
    assert sign_up().status_code == 302


def test_a_closed_registration_says_so(settings: Any) -> None:
    settings.REGISTRATION_OPEN = False
    assert "Registration is closed" in sign_up().content.decode()
    assert not people().exists()


def test_nobody_enters_before_a_mandatory_confirmation(settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    client = Client()
    answer = client.post("/accounts/signup/", PERSON)
    assert answer["Location"] == "/accounts/confirm-email/"
    credentials = {"login": "bertha", "password": PERSON["password1"]}
    assert client.post("/accounts/login/", credentials)["Location"] == "/accounts/confirm-email/"
    link = link_in(mail.outbox[0])
    assert "Is b@example.org yours?" in client.get(link).content.decode()
    assert not EmailAddress.objects.get().verified, "looking confirms nothing"
    client.post(link)
    assert EmailAddress.objects.get().verified
    assert client.post("/accounts/login/", credentials)["Location"] == "/"


def test_an_address_with_an_account_is_told_to_its_owner_alone(settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    owner = make_user("ada")
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    known, new = sign_up(email=owner.email), sign_up(email="new@example.org", username="neo")
    assert (known.status_code, known["Location"]) == (new.status_code, new["Location"])
    assert not people().filter(username="bertha").exists()
    assert mail.outbox[0].to == [owner.email]
    assert "confirm-email" not in str(mail.outbox[0].body)


def test_a_reset_answers_alike_for_known_and_unknown_addresses() -> None:
    make_user("ada")
    answers = [
        Client().post("/accounts/password/reset/", {"email": address})
        for address in ("ada@example.org", "nobody@example.org")
    ]
    assert {(a.status_code, a["Location"]) for a in answers} == {
        (302, "/accounts/password/reset/done/")
    }
    with_link = [message for message in mail.outbox if "/key/" in str(message.body)]
    assert [message.to for message in with_link] == [["ada@example.org"]]


def test_an_address_changes_when_the_new_one_is_confirmed() -> None:
    user = make_user("ada")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    client = sure_client("ada")
    client.post("/accounts/email/", {"action_add": "", "email": "countess@example.org"})
    user.refresh_from_db()
    assert user.email == "ada@example.org"
    assert "countess@example.org" in client.get("/accounts/email/").content.decode()
    client.post(link_in(mail.outbox[-1]))
    user.refresh_from_db()
    assert user.email == "countess@example.org"
    assert list(EmailAddress.objects.values_list("email", "verified")) == [(user.email, True)]
    told = [
        json.loads(line)["event"] for line in OutboxEvent.objects.values_list("line", flat=True)
    ]
    assert [(event["setting"], event["new"]) for event in told] == [("email", None)]
    assert ["ada@example.org"] in [message.to for message in mail.outbox], "the old one is told"


def test_an_old_sign_in_is_asked_for_the_password_before_an_address_changes() -> None:
    user = make_user("ada")
    client = Client()
    client.force_login(user)
    answer = client.post("/accounts/email/", {"action_add": "", "email": "thief@example.org"})
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert not EmailAddress.objects.filter(email="thief@example.org").exists()


def test_a_pending_address_can_be_given_up_and_written_to_again() -> None:
    user = make_user("ada")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    client = sure_client("ada")
    client.post("/accounts/email/", {"action_add": "", "email": "new@example.org"})
    cache.clear()
    client.post("/accounts/email/", {"action_send": "", "email": "new@example.org"})
    to_new = [message for message in mail.outbox if message.to == ["new@example.org"]]
    assert len(to_new) == 2
    client.post("/accounts/email/", {"action_remove": "", "email": "new@example.org"})
    assert not EmailAddress.objects.filter(email="new@example.org").exists()


def test_nobody_elses_address_is_touched_by_its_name() -> None:
    other = make_user("eve")
    EmailAddress.objects.create(user=other, email=other.email, verified=False)
    make_user("ada")
    client = sure_client("ada")
    for action in ("action_send", "action_remove", "action_primary"):
        client.post("/accounts/email/", {action: "", "email": other.email})
    assert EmailAddress.objects.filter(user=other, email=other.email).exists()
    assert other.email not in [address for message in mail.outbox for address in message.to]


def test_programs_register_people_by_the_same_rules() -> None:
    request = Client().get("/").wsgi_request
    with pytest.raises(InvalidProfileError) as caught:
        api.register_person(request, {**PERSON, "username": ["a"], "email": {"x": 1}})
    assert set(caught.value.field_errors) == {"username", "email"}
    person = api.register_person(request, PERSON)
    assert people().get(pk=person).check_password(PERSON["password1"])
    with pytest.raises(InvalidProfileError) as caught:
        api.register_person(request, PERSON)
    assert set(caught.value.field_errors) == {"username", "email"}


def test_the_page_of_signing_in_says_whether_the_address_is_confirmed() -> None:
    user = make_user("ada")
    client = Client()
    client.force_login(user)
    assert "not confirmed yet" in client.get("/accounts/security/").content.decode()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    assert "not confirmed yet" not in client.get("/accounts/security/").content.decode()
