"""The page by which others know a person."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from common.accounts import api
from common.accounts.tests.factories import make_user

pytestmark = pytest.mark.django_db


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_shared_profile_shows_what_was_shared_and_nothing_else() -> None:
    ada = make_user("ada")
    api.save_profile(
        user_id=ada.pk,
        name="Ada <b>L.</b>",
        bio="<script>alert(1)</script>",
        country="GB",
        languages_spoken=["en"],
        level_of_education="p",
        year_of_birth=1985,
        goals="secret goals",
        visibility="all_users",
    )
    text = client_of(make_user()).get("/u/ada/").content.decode()
    assert "Ada &lt;b&gt;L.&lt;/b&gt;" in text
    assert "United Kingdom" in text
    assert "Doctorate" in text
    for hidden in ("<script>alert", "secret goals", "1985", "ada@example.org"):
        assert hidden not in text


@pytest.mark.parametrize("name", ["ada", "nobody", "a" * 300, "%00", "..%2f"])
def test_a_private_profile_is_as_absent_as_nobody(name: str) -> None:
    make_user("ada")
    answer = client_of(make_user()).get(f"/u/{name}/")
    assert answer.status_code == 404


def test_visitors_sign_in_first_whether_somebody_is_there_or_not() -> None:
    make_user("ada")
    assert [Client().get(f"/u/{name}/").status_code for name in ("ada", "nobody")] == [302, 302]


def test_one_sees_ones_own_page_and_who_else_does() -> None:
    ada = make_user("ada")
    text = client_of(ada).get("/u/ada/").content.decode()
    assert "Only you and the staff of this site see this page." in text
    staff = client_of(make_user(is_staff=True)).get("/u/ada/").content.decode()
    assert "you see it as staff" in staff


def test_the_page_asks_four_questions(django_assert_num_queries: Any) -> None:
    client = client_of(make_user("ada"))
    client.get("/u/ada/")
    with django_assert_num_queries(4):
        client.get("/u/ada/")
