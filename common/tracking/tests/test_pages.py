"""Pages that people open are events: who reads is active, too."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from common.tracking.middleware import PageEventMiddleware, TrackingMiddleware
from common.tracking.reader import event_files, iter_events

Logged = Callable[[], list[dict[str, Any]]]
PATH = "/courses/course-v1:O+C+R/progress/"


@pytest.fixture
def logged(settings: Any, tmp_path: Path) -> Logged:
    """Give a reader of what was logged in this test."""
    settings.EVENTS_DIR = tmp_path

    def read() -> list[dict[str, Any]]:
        found = [event for path in event_files(tmp_path) for event in iter_events(path)]
        return [event for event in found if event is not None]

    return read


def ask(request: HttpRequest, *, status: int = 200, knows_user: bool = True) -> None:
    """Answer a request as a site with these middlewares does."""
    user = User(pk=7, username="ada")

    def view(request: HttpRequest) -> HttpResponse:
        if knows_user:
            request._cached_user = user  # type: ignore[attr-defined] # as Django's own does
        if request.method == "POST":
            assert request.POST is not None
        return HttpResponse(status=status)

    request.user = user if knows_user else AnonymousUser()
    TrackingMiddleware(PageEventMiddleware(view))(request)


def test_a_page_is_an_event_of_its_path_and_its_person(logged: Logged, rf: RequestFactory) -> None:
    ask(rf.get(PATH, {"block": "problem@p"}))

    (event,) = logged()
    assert (event["event_type"], event["name"], event["event_source"]) == (PATH, PATH, "server")
    assert json.loads(event["event"]) == {"GET": {"block": ["problem@p"]}, "POST": {}}
    assert (event["username"], event["context"]["user_id"]) == ("ada", 7)
    assert event["context"]["course_id"] == "course-v1:O+C+R"
    assert (event["page"], event["context"]["path"]) == (None, PATH)


def test_what_is_posted_is_logged_without_secrets_and_cut(
    logged: Logged, rf: RequestFactory
) -> None:
    ask(rf.post(PATH, {"input_p": "x" * 600, "Password1": "hush", "csrfmiddlewaretoken": "t"}))

    posted = json.loads(logged()[0]["event"])["POST"]
    assert posted["input_p"] == ["x" * 512]
    assert posted["Password1"] == posted["csrfmiddlewaretoken"] == ["********"]


@pytest.mark.parametrize(
    ("path", "options"),
    [
        pytest.param("/event", {}, id="the address of events"),
        pytest.param("/accounts/login/", {}, id="signing in"),
        pytest.param("/u/ada/", {}, id="the page of another person"),
        pytest.param("/courses/nothing/", {"status": 404}, id="not found"),
        pytest.param("/courses/denied/", {"status": 403}, id="denied"),
        pytest.param("/picture", {"knows_user": False}, id="asked for nobody"),
    ],
)
def test_left_out(logged: Logged, rf: RequestFactory, path: str, options: dict[str, Any]) -> None:
    ask(rf.get(path), **options)

    assert logged() == []


def test_a_body_that_no_view_has_read_is_not_read_for_the_log(
    logged: Logged, rf: RequestFactory
) -> None:
    request = rf.post(PATH, {"a": "b"})
    request._cached_user = request.user = User(pk=7)  # type: ignore[attr-defined] # as above

    PageEventMiddleware(lambda request: HttpResponse())(request)

    assert json.loads(logged()[0]["event"])["POST"] == {}
    assert not hasattr(request, "_post")
