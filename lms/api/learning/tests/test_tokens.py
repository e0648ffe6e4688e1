"""Blocks are answered with a token too: then without a CSRF token, and never as somebody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import AccessToken

from common.blocks.models import LearnerBlockState
from common.content.tests.factories import html, make_course, problem, section, subsection, unit
from common.core.keys import CourseKey
from lms.api.learning.tests.people import learner_of, usage

pytestmark = pytest.mark.django_db
TOKEN = "secret"


def give_token(user: Any, *, seconds: int = 60, scope: str = "read write") -> None:
    expires = timezone.now() + timedelta(seconds=seconds)
    AccessToken.objects.create(user=user, token=TOKEN, expires=expires, scope=scope)


def make() -> tuple[CourseKey, Client, Any]:
    key = make_course(sections=[section("c", subsection("s", unit("u", problem("p"), html("h"))))])
    client, user = learner_of(key)
    return key, client, user


def caller(token: str = TOKEN, scheme: str = "Bearer") -> Client:
    headers = {"authorization": f"{scheme} {token}", "accept": "application/json"}
    return Client(enforce_csrf_checks=True, headers=headers)


def handler(key: CourseKey, suffix: str = "problem_check") -> str:
    return f"/courses/{key}/xblock/{usage(key, 'problem', 'p')}/handler/{suffix}"


def test_an_app_answers_with_a_token_and_no_cookie() -> None:
    key, _, user = make()
    give_token(user)
    for address in (handler(key), handler(key, "xmodule_handler/problem_check")):
        answer = caller().post(address, {"input_p_2_1": "choice_0", "attempt": "0"})
        assert answer.status_code == 200, answer.content
    row = LearnerBlockState.objects.get()
    assert (row.learner_id, row.completion) == (user.pk, 1.0)


def test_a_session_alone_needs_its_csrf_token() -> None:
    key, _, user = make()
    client = Client(enforce_csrf_checks=True, headers={"accept": "application/json"})
    client.force_login(user)
    assert client.post(handler(key), {"input_p_2_1": "choice_0"}).status_code == 403
    assert not LearnerBlockState.objects.exists()


@pytest.mark.parametrize(
    ("token", "seconds", "code"),
    [
        pytest.param("other", 60, "token_nonexistent", id="nobody's"),
        pytest.param(TOKEN, -1, "token_expired", id="too old"),
    ],
)
def test_a_token_that_is_not_good_is_told_so_and_no_session_stands_in(
    token: str, seconds: int, code: str
) -> None:
    key, _, user = make()
    give_token(user, seconds=seconds)
    client = caller(token)
    client.force_login(user)
    answer = client.post(handler(key), {"input_p_2_1": "choice_0"})
    assert (answer.status_code, answer.json()["error_code"]) == (401, code)
    assert not LearnerBlockState.objects.exists()


def test_a_token_for_reading_changes_nothing() -> None:
    key, _, user = make()
    give_token(user, scope="read")
    answer = caller().post(handler(key), {"input_p_2_1": "choice_0"})
    assert (answer.status_code, answer.json()["error_code"]) == (403, "insufficient_scope")
    assert caller().get(handler(key, "problem_get")).status_code == 200


def test_the_api_is_asked_with_a_token_and_a_refused_one_is_401() -> None:
    key, _, user = make()
    give_token(user)
    address = f"/api/mobile/v4/course_info/blocks/?course_id={key}"
    assert caller().get(address).status_code == 200
    refused = caller("other").get(address)
    assert (refused.status_code, refused.json()["error_code"]) == (401, "token_nonexistent")
    body = {"username": "ada", "course_key": str(key), "blocks": {usage(key, "html", "h"): "1"}}
    batch = "/api/completion/v1/completion-batch"
    answer = caller().post(batch, body, content_type="application/json")
    assert answer.status_code == 200
