"""Sign-in, registration, password reset and the account page, in our words and templates."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client, RequestFactory

from common.accounts import api
from common.accounts.tests.factories import PASSWORD, make_user
from common.core.errorpages import sign_in_page
from common.core.reader import theme_cookie, zone_cookie

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("who", ["ada", "ada@example.org"], ids=["by name", "by address"])
def test_sign_in(who: str) -> None:
    make_user("ada")
    client = Client()
    answer = client.post("/accounts/login/", {"login": who, "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_a_wrong_password_is_told_beside_the_form() -> None:
    make_user("ada")
    answer = Client().post("/accounts/login/", {"login": "ada", "password": "wrong"})
    text = answer.content.decode()
    assert 'role="alert"' in text
    assert 'value="ada"' in text


def test_signing_in_brings_language_and_zone_along() -> None:
    user = make_user("ada")
    api.save_profile(user_id=user.pk, language="fr", time_zone="Europe/Paris")
    client = Client()
    client.post("/accounts/login/", {"login": "ada", "password": PASSWORD})
    assert client.cookies[zone_cookie()].value == "Europe/Paris"
    assert 'lang="fr"' in client.get("/accounts/").content.decode()


def test_one_goes_back_to_where_one_was_and_nowhere_else() -> None:
    make_user("ada")
    answer = Client().post(
        "/accounts/login/?next=https://elsewhere.example/", {"login": "ada", "password": PASSWORD}
    )
    assert "elsewhere" not in answer["Location"]


def test_registration_and_sign_out() -> None:
    client = Client()
    answer = client.post(
        "/accounts/signup/",
        {"email": "b@example.org", "username": "bertha", "password1": "a long enough sentence"},
    )
    assert answer.status_code == 302
    assert "bertha" in client.get("/").content.decode()
    assert client.post("/accounts/logout/").status_code == 302
    assert "bertha" not in client.get("/").content.decode()


def test_a_get_does_not_sign_out() -> None:
    client = Client()
    client.force_login(make_user("ada"))
    assert "Sign out?" in client.get("/accounts/logout/").content.decode()
    assert "ada" in client.get("/").content.decode()


def test_a_forgotten_password_is_replaced_by_mail() -> None:
    make_user("ada")
    client = Client()
    client.post("/accounts/password/reset/", {"email": "ada@example.org"})
    assert len(mail.outbox) == 1
    found = re.search(
        r"https?://[^/\s]+(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body)
    )
    assert found
    answer = client.get(found[1], follow=True)
    form = answer.redirect_chain[-1][0]
    new = "quite another sentence"
    client.post(form, {"password1": new, "password2": new})
    answer = client.post("/accounts/login/", {"login": "ada", "password": new})
    assert answer.status_code == 302


def test_the_preferences_page_saves_how_one_reads() -> None:
    user = make_user("ada")
    api.save_profile(user_id=user.pk, name="Ada L.")
    client = Client()
    client.force_login(user)
    values = {"language": "es", "time_zone": "Asia/Tokyo"}
    answer = client.post("/accounts/preferences/", values, follow=True)
    assert 'lang="es"' in answer.content.decode()
    assert 'data-zone="Asia/Tokyo"' in answer.content.decode()
    assert api.get_profile(user.pk).name == "Ada L."


def test_a_zone_that_does_not_exist_is_refused_beside_its_field() -> None:
    client = Client()
    client.force_login(make_user())
    answer = client.post("/accounts/preferences/", {"time_zone": "Mars/Base"})
    assert 'aria-invalid="true"' in answer.content.decode()


@pytest.mark.parametrize(
    ("target", "place"),
    [
        pytest.param("/courses/", "/courses/", id="back to the page"),
        pytest.param("https://elsewhere.example/", "/", id="never to another site"),
        pytest.param("//elsewhere.example/", "/", id="nor by a short address"),
    ],
)
def test_colours_without_a_script(target: str, place: str) -> None:
    client = Client()
    answer = client.post("/accounts/reading/", {"theme": "dark", "next": target})
    assert answer["Location"] == place
    assert client.cookies[theme_cookie()].value == "dark"
    assert 'data-theme="dark"' in client.get("/").content.decode()


@pytest.mark.parametrize(
    "page",
    [
        "login/",
        "signup/",
        "inactive/",
        "confirm-email/",
        "confirm-email/nothing/",
        "password/reset/",
        "password/reset/done/",
        "password/reset/key/1-nothing/",
        "password/reset/key/done/",
    ],
)
def test_every_page_before_sign_in_is_ours(page: str) -> None:
    text = Client().get(f"/accounts/{page}").content.decode()
    assert "<h1>" in text
    assert "brand-name" in text


@pytest.mark.parametrize(
    "page",
    ["", "preferences/", "privacy/", "security/", "password/change/", "logout/", "reauthenticate/"],
)
def test_every_page_after_sign_in_is_ours(page: str) -> None:
    make_user("ada")
    client = Client()
    client.post("/accounts/login/", {"login": "ada", "password": PASSWORD})
    text = client.get(f"/accounts/{page}").content.decode()
    assert "<h1>" in text
    assert "brand-name" in text


def test_errors_for_programs_are_json() -> None:
    answer = Client().get(
        "/courses/course-v1:A+B+C/about/", headers={"X-Requested-With": "XMLHttpRequest"}
    )
    assert answer.status_code == 404
    assert answer.json()["error_code"] == "course_not_found"


@pytest.mark.parametrize(("language", "shown"), [("fr", "fr"), ("xx", "en"), ("", "en")])
def test_a_language_is_kept_in_the_browser_and_the_profile(language: str, shown: str) -> None:
    user = make_user()
    client = Client()
    client.force_login(user)
    client.post("/accounts/reading/", {"language": language, "next": "/"})
    assert f'lang="{shown}"' in client.get("/courses/").content.decode()
    assert api.get_profile(user.pk).language == (language if shown == language else "")


def test_a_form_that_needs_a_sign_in_leads_back_to_its_page() -> None:
    request = RequestFactory().post(
        "/courses/x/handler", headers={"Referer": "http://testserver/courses/x/unit"}
    )
    assert sign_in_page(request)["Location"].endswith("next=%2Fcourses%2Fx%2Funit")
    foreign = RequestFactory().post("/h", headers={"Referer": "https://evil.example/courses/"})
    assert sign_in_page(foreign)["Location"].endswith("next=%2F")
