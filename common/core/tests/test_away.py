"""What people and scripts are told when the database does not answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, ProgrammingError
from django.test import Client, override_settings
from django.urls import path

from common.core.db import is_away

handler500 = "common.core.errorpages.server_error"


def _refused(_request: Any) -> Any:
    raise OperationalError(2002, "Can't connect to server on '127.0.0.1' (115)")


def _wrong(_request: Any) -> Any:
    raise ProgrammingError(1146, "Table 'x' doesn't exist")


urlpatterns = [path("away/", _refused), path("wrong/", _wrong)]
BROWSER = {"accept": "text/html,*/*;q=0.8"}
SCRIPT = {"X-Requested-With": "XMLHttpRequest"}


@pytest.fixture
def client() -> Iterator[Client]:
    with override_settings(ROOT_URLCONF=__name__):
        yield Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (OperationalError(2002, "Can't connect"), True),
        (OperationalError(2006, "Server has gone away"), True),
        (OperationalError(1040, "Too many connections"), True),
        (OperationalError("database is locked"), True),
        (OperationalError("unable to open database file"), True),
        (InterfaceError(0, ""), True),
        (OperationalError("no such table: x"), False),
        (OperationalError(1054, "Unknown column"), False),
        (OperationalError(), False),
        (ProgrammingError(1146, "no table"), False),
        (ValueError("2002"), False),
        (None, False),
    ],
    ids=repr,
)
def test_only_a_database_that_does_not_answer_is_away(error: Exception | None, away: bool) -> None:
    assert is_away(error) is away


def test_a_person_reads_a_page_that_says_to_try_again(client: Client) -> None:
    answer = client.get("/away/", headers=BROWSER)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    page = answer.content.decode()
    assert "<h1>Busy for the moment</h1>" in page
    assert "Nothing that you had saved is lost" in page


def test_who_sent_something_is_told_to_send_it_again(client: Client) -> None:
    page = client.post("/away/", headers=BROWSER).content.decode()
    assert "may not have been saved" in page
    assert "Nothing that you had saved" not in page


def test_a_script_gets_an_error_object(client: Client) -> None:
    answer = client.post("/away/", headers=SCRIPT)
    assert answer.status_code == 503
    assert json.loads(answer.content)["error_code"] == "unavailable"


def test_what_nobody_foresaw_is_no_passing_trouble(client: Client) -> None:
    answer = client.get("/wrong/", headers=BROWSER)
    assert answer.status_code == 500
    assert "Retry-After" not in answer
    assert "it has been recorded" in answer.content.decode()
    told = client.get("/wrong/", headers=SCRIPT)
    assert told.status_code == 500
    assert json.loads(told.content)["user_message"]
    assert b"doesn't exist" not in told.content
