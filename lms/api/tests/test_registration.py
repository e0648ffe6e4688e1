"""Accounts made from apps: what is asked, what is refused, and who is signed in by it."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.cache import caches
from django.test import Client

from common.accounts.tests.factories import make_user

pytestmark = pytest.mark.django_db
ADDRESSES = ["/user_api/v1/account/registration/", "/api/user/v1/account/registration/"]
FORM = {
    "username": "ada",
    "email": "ada@example.org",
    "password": "a rather long one 7",
    "name": "Ada",
    "honor_code": "true",
    "terms_of_service": "true",
}


@pytest.fixture(autouse=True)
def _fresh() -> None:
    for cache in caches.all():
        cache.clear()


def people() -> Any:
    return get_user_model()._default_manager


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_form_is_described_with_nothing_null(address: str) -> None:
    body = Client().get(address).json()
    assert body["method"] == "post"
    assert body["submit_url"] == address
    assert {"email", "username", "password"} <= {field["name"] for field in body["fields"]}
    for field in body["fields"]:
        assert None not in field.values()
        assert isinstance(field["required"], bool)
        assert isinstance(field["restrictions"], dict)
        assert isinstance(field["errorMessages"], dict)


@pytest.mark.parametrize("address", ADDRESSES)
def test_registering_makes_an_account_and_signs_in(address: str) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post(address, FORM)
    assert answer.status_code == 200, answer.content
    assert answer.json()["success"] is True
    assert answer.json()["redirect_url"].startswith("http")
    assert client.get("/api/user/v1/me").json() == {"username": "ada"}


def test_who_must_confirm_first_is_not_signed_in(settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    client = Client()
    assert client.post(ADDRESSES[0], FORM).status_code == 200
    assert client.get("/api/user/v1/me").status_code == 401


def test_a_name_that_is_taken_is_409() -> None:
    make_user("ada", email="other@example.org")
    answer = Client().post(ADDRESSES[0], FORM)
    assert (answer.status_code, answer.json()["error_code"]) == (409, "duplicate-username")
    assert answer.json()["username"][0]["user_message"]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    ("name", "email", "code", "fields"),
    [
        ("other", "ada@example.org", "duplicate-email", {"email"}),
        ("other", "ADA@Example.org", "duplicate-email", {"email"}),
        ("ada", "ada@example.org", "duplicate-email-username", {"email", "username"}),
    ],
)
def test_an_address_that_is_taken_is_409(
    address: str, name: str, email: str, code: str, fields: set[str]
) -> None:
    make_user(name, email="ada@example.org")
    answer = Client().post(address, {**FORM, "email": email})
    body = answer.json()
    assert (answer.status_code, body.pop("error_code")) == (409, code)
    assert set(body) == fields
    assert all(told[0]["user_message"] for told in body.values())
    assert people().count() == 1


@pytest.mark.parametrize("change", [{"email": "no address"}, {"password": "1"}, {"username": ""}])
def test_what_cannot_be_is_400_with_sentences(change: dict[str, str]) -> None:
    answer = Client().post(ADDRESSES[0], {**FORM, **change})
    assert (answer.status_code, answer.json()["error_code"]) == (400, "validation-error")
    assert answer.json()[next(iter(change))][0]["user_message"]
    assert not people().exists()


def test_closed_registration_and_pages_of_other_sites_are_403(settings: Any) -> None:
    foreign = Client().post(ADDRESSES[0], FORM, headers={"origin": "https://evil.example"})
    assert foreign.status_code == 403
    settings.REGISTRATION_OPEN = False
    assert Client().post(ADDRESSES[0], FORM).status_code == 403
    assert not people().exists()


def test_fields_are_judged_while_one_types() -> None:
    make_user("ada")
    sent = {"username": "ada", "password": "1", "email": "x@example.org", "confirm_email": "y"}
    answer = Client().post("/api/user/v1/validation/registration", sent)
    told = answer.json()["validation_decisions"]
    assert told["username"]
    assert told["password"]
    assert told["confirm_email"]
    assert told["email"] == ""


def test_a_forgotten_password_says_the_same_for_every_address() -> None:
    make_user("ada")
    answers = [
        Client(enforce_csrf_checks=True).post("/password_reset/", {"email": address})
        for address in ("ada@example.org", "nobody@example.org")
    ]
    assert [answer.json() for answer in answers] == [{"success": True, "value": ""}] * 2
    assert ["ada@example.org"] in [message.to for message in mail.outbox]
    codes = {
        Client().post("/password_reset/", {"email": "ada@example.org"}).status_code
        for _ in range(4)
    }
    assert 403 in codes
    assert Client().post("/password_reset/", {"email": "x"}).status_code == 400
