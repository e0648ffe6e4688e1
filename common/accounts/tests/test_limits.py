"""Tries are counted by account and by address, for all processes, and over a restart."""

from __future__ import annotations

import json
from ipaddress import ip_network
from typing import Any

import pytest
from django.core.cache import cache, caches
from django.test import Client, RequestFactory

from common.accounts.factors.tests.codes import code_of, give_password, is_in, make_person_with_app
from common.accounts.limits import too_many_tries
from common.accounts.tests.factories import PASSWORD, make_user
from common.core.env import SettingError, networks
from common.core.visitors import client_address

pytestmark = pytest.mark.django_db

STEP = "/accounts/security/factors/authenticate/"


def sign_in(name: str, password: str, **extra: Any) -> Any:
    return Client(**extra).post("/accounts/login/", {"login": name, "password": password})


def fail(name: str, times: int, **extra: Any) -> None:
    for _number in range(times):
        assert sign_in(name, "wrong", **extra).status_code == 200


def test_an_account_is_closed_for_minutes_after_five_wrong_passwords() -> None:
    make_user("ada")
    fail("ada", 5)
    answer = sign_in("ada", PASSWORD)
    assert answer.status_code == 200
    assert "Try again in 5 minutes" in answer.content.decode()


def test_the_count_is_one_for_all_addresses_and_spellings() -> None:
    make_user("ada")
    for number in range(5):
        fail("ADA" if number % 2 else "ada", 1, REMOTE_ADDR=f"192.0.2.{number}")
    assert "tried too often" in sign_in("ada", PASSWORD).content.decode()


def test_others_are_not_closed_with_it() -> None:
    make_user("ada")
    make_user("bob")
    fail("ada", 5)
    assert sign_in("bob", PASSWORD).status_code == 302


def test_a_right_password_is_not_counted() -> None:
    make_user("ada")
    fail("ada", 4)
    for _number in range(3):
        assert sign_in("ada", PASSWORD).status_code == 302


def test_one_address_does_not_try_many_accounts(settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "3/m/ip,5/5m/key"}
    make_user("ada")
    for number in range(3):
        fail(f"nobody{number}", 1, REMOTE_ADDR="192.0.2.1")
    told = sign_in("ada", PASSWORD, REMOTE_ADDR="192.0.2.1").content.decode()
    assert "tried too often" in told
    assert "second" in told or "1 minute" in told
    assert sign_in("ada", PASSWORD, REMOTE_ADDR="192.0.2.2").status_code == 302


def test_the_count_survives_a_restart() -> None:
    """What a new process finds is in the database, not in this one's memory."""
    make_user("ada")
    fail("ada", 5)
    del caches["default"]
    assert "tried too often" in sign_in("ada", PASSWORD).content.decode()


def test_many_entries_do_not_push_a_count_out() -> None:
    make_user("ada")
    fail("ada", 5)
    for number in range(400):
        cache.set(f"filler{number}", number, timeout=300)
    assert "tried too often" in sign_in("ada", PASSWORD).content.decode()
    assert cache.get("filler0") == 0


def test_entries_that_are_over_are_removed() -> None:
    for number in range(301):
        cache.set(f"old{number}", number, timeout=-1 if number else 300)
    cache.set("new", 1, timeout=300)
    assert cache.get("old0") == 0


def test_codes_of_the_second_step_are_counted_too() -> None:
    make_person_with_app()
    client = give_password()
    for _number in range(5):
        client.post(STEP, {"code": "000000"})
    assert "Try again in 5 minutes" in client.post(STEP, {"code": code_of()}).content.decode()
    assert not is_in(client)
    again = give_password()
    again.post(STEP, {"code": code_of()})
    assert not is_in(again)


@pytest.mark.parametrize(
    ("page", "sent", "action"),
    [
        ("signup/", {"email": "x"}, "signup"),
        ("password/reset/", {"email": "ada@example.org"}, "reset_password"),
        ("login/", {"login": "x"}, "login"),
    ],
)
def test_too_many_forms_answer_429_and_say_when(
    settings: Any, page: str, sent: dict[str, str], action: str
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {action: "2/10m/ip"}
    client = Client()
    for _number in range(2):
        assert client.post(f"/accounts/{page}", sent).status_code != 429
    answer = client.post(f"/accounts/{page}", sent)
    assert answer.status_code == 429
    assert 595 <= int(answer["Retry-After"]) <= 600
    assert "Try again in 10 minutes" in answer.content.decode()


def test_programs_are_told_as_json(rf: RequestFactory) -> None:
    answer = too_many_tries(rf.post("/", headers={"Accept": "application/json"}))
    assert json.loads(answer.content)["error_code"] == "too_many_tries"
    assert answer["Retry-After"]


@pytest.mark.parametrize(
    ("proxies", "behind", "peer", "forwarded", "address"),
    [
        ([], False, "192.0.2.1", "198.51.100.9", "192.0.2.1"),
        ([], True, "10.0.0.1", "6.6.6.6, 198.51.100.9", "198.51.100.9"),
        (["10.0.0.0/8"], False, "10.0.0.1", "6.6.6.6, 198.51.100.9, 10.0.0.2", "198.51.100.9"),
        (["10.0.0.0/8"], True, "192.0.2.1", "198.51.100.9", "192.0.2.1"),
        (["10.0.0.0/8"], True, "10.0.0.1", "", "10.0.0.1"),
        (["10.0.0.0/8"], True, "", "198.51.100.9", "198.51.100.9"),
        (["10.0.0.0/8"], True, "10.0.0.1", "<script>, nonsense", "nonsense"),
    ],
    ids=["no proxy", "one proxy", "two proxies", "a liar", "silent proxy", "a socket", "nonsense"],
)
def test_an_address_is_taken_from_trusted_proxies_only(
    settings: Any,
    rf: RequestFactory,
    proxies: list[str],
    behind: bool,
    peer: str,
    forwarded: str,
    address: str,
) -> None:
    settings.TRUSTED_PROXIES = [ip_network(proxy) for proxy in proxies]
    settings.BEHIND_PROXY = behind
    request = rf.get("/", REMOTE_ADDR=peer, headers={"X-Forwarded-For": forwarded})
    assert client_address(request) == address


def test_a_visitor_cannot_have_a_new_address_for_each_try(settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login": "2/m/ip"}
    answers = [
        Client().post(
            "/accounts/login/", {"login": "x"}, headers={"X-Forwarded-For": f"192.0.2.{number}"}
        )
        for number in range(3)
    ]
    assert answers[-1].status_code == 429


def test_a_network_that_is_none_stops_the_start() -> None:
    with pytest.raises(SettingError, match="TRUSTED_PROXIES"):
        networks("trusted_proxies", ["10.0.0.0/99"])
