"""Where one is signed in: seen, named, and signed out from afar."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from common.accounts import api, browsers
from common.accounts.models import SignedInBrowser
from common.accounts.tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def signed_in(name: str = "ada", password: str = PASSWORD) -> Client:
    client = Client(headers={"User-Agent": FIREFOX})
    client.post("/accounts/login/", {"login": name, "password": password})
    return client


def is_in(client: Client) -> bool:
    return client.get("/accounts/").status_code == 200


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/140.0.0.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        ("", "An app or a browser that we do not know"),
        ("<script>" * 50, "An app or a browser that we do not know"),
    ],
)
def test_browsers_have_names_that_people_know(agent: str, name: str) -> None:
    assert browsers.browser_name(agent) == name


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_addresses_are_kept_roughly(address: str, network: str) -> None:
    assert browsers.network_of(address) == network


def test_each_sign_in_is_listed_and_the_key_of_none_is_shown() -> None:
    user = make_user("ada")
    one, two = signed_in(), signed_in()
    signed_in("nobody")
    listed = api.list_browsers(user.pk, one.session.session_key)
    assert [browser.is_this for browser in listed] == [True, False]
    text = one.get("/accounts/security/").content.decode()
    assert text.count("Firefox on Linux") >= 2
    for client in (one, two):
        assert str(client.session.session_key) not in text


def test_signing_out_takes_the_browser_off_the_list() -> None:
    user = make_user("ada")
    one, two = signed_in(), signed_in()
    one.post("/accounts/logout/")
    assert len(api.list_browsers(user.pk, two.session.session_key)) == 1
    assert SignedInBrowser.objects.count() == 1


def test_another_browser_is_signed_out_from_afar() -> None:
    user = make_user("ada")
    one, two = signed_in(), signed_in()
    other = api.list_browsers(user.pk, one.session.session_key)[1]
    assert one.post(f"/accounts/security/sign-out/{other.id}/").status_code == 302
    assert (is_in(one), is_in(two)) == (True, False)
    assert one.post(f"/accounts/security/sign-out/{other.id}/").status_code == 404


def test_all_others_are_signed_out_at_once() -> None:
    make_user("ada")
    make_user("eve")
    one, two, three, eve = signed_in(), signed_in(), signed_in(), signed_in("eve")
    one.post("/accounts/security/sign-out/")
    assert [is_in(client) for client in (one, two, three, eve)] == [True, False, False, True]


def test_nobody_signs_others_out() -> None:
    eve = make_user("eve")
    make_user("ada")
    theirs = signed_in("eve")
    known = api.list_browsers(eve.pk, None)[0].id
    assert signed_in().post(f"/accounts/security/sign-out/{known}/").status_code == 404
    key = theirs.session.session_key
    assert signed_in().post(f"/accounts/security/sign-out/{key}/").status_code == 404
    assert (
        Client()
        .post(f"/accounts/security/sign-out/{known}/")["Location"]
        .startswith("/accounts/login/")
    )
    assert is_in(theirs)


def test_a_look_at_the_address_signs_nobody_out() -> None:
    make_user("ada")
    one = signed_in()
    assert one.get("/accounts/security/sign-out/").status_code == 405


def test_a_new_password_signs_all_others_out() -> None:
    user = make_user("ada")
    one, two = signed_in(), signed_in()
    new = "quite another sentence"
    one.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )
    assert (is_in(one), is_in(two)) == (True, False)
    listed = api.list_browsers(user.pk, one.session.session_key)
    assert [browser.is_this for browser in listed] == [True]


def test_a_session_that_ended_by_itself_is_not_listed() -> None:
    user = make_user("ada")
    one, two = signed_in(), signed_in()
    Session.objects.filter(session_key=two.session.session_key).update(
        expire_date=timezone.now() - timedelta(seconds=1)
    )
    assert len(api.list_browsers(user.pk, one.session.session_key)) == 1


def test_that_a_browser_is_used_is_noted_once_an_hour() -> None:
    user = make_user("ada")
    client = signed_in()
    before = api.list_browsers(user.pk, None)[0].seen_at
    client.get("/courses/")
    assert api.list_browsers(user.pk, None)[0].seen_at == before
    session: Any = client.session
    session["lyceum_seen"] = int(time.time()) - browsers.SEEN_SECONDS
    session.save()
    client.get("/courses/")
    after = api.list_browsers(user.pk, None)[0].seen_at
    assert after > before
    client.get("/courses/")
    assert api.list_browsers(user.pk, None)[0].seen_at == after


def test_the_list_takes_two_statements_for_any_number(django_assert_num_queries: Any) -> None:
    user = make_user("ada")
    for _number in range(4):
        signed_in()
    with django_assert_num_queries(2):
        assert len(api.list_browsers(user.pk, None)) == 4
