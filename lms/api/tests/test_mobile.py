"""An app that has signed in learns who it acts for."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import AccessToken

from common.accounts.tests.factories import make_user

pytestmark = pytest.mark.django_db
USERS = "/api/mobile/v0.5/users"
TOKEN = "secret"


@pytest.fixture
def ada() -> Any:
    user = make_user("ada")
    expires = timezone.now() + timedelta(minutes=1)
    AccessToken.objects.create(user=user, token=TOKEN, expires=expires, scope="read")
    return user


def get(address: str, token: str = TOKEN) -> Any:
    return Client().get(address, headers={"Authorization": f"Bearer {token}"}, follow=True)


@pytest.mark.parametrize("slash", ["", "/"])
def test_one_is_led_to_oneself(ada: Any, slash: str) -> None:
    answer = get(f"/api/mobile/v0.5/my_user_info{slash}")
    assert answer.json() == {"id": ada.pk, "username": "ada", "email": ada.email, "name": ""}


def test_it_takes_two_statements(ada: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        get(f"{USERS}/ada")


@pytest.mark.parametrize("other", ["grace", "nobody"])
def test_others_are_hidden(ada: Any, other: str) -> None:
    make_user("grace")
    assert get(f"{USERS}/{other}").status_code == 404


def test_an_unknown_token_is_told_to_log_out(ada: Any) -> None:
    answer = get(f"{USERS}/ada", token="other")
    assert (answer.status_code, answer.json()["error_code"]) == (401, "token_nonexistent")
