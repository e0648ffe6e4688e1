"""Whatever a browser, or somebody with a script, sends to a handler of ours: never a 500."""

from __future__ import annotations

import json
from typing import Any

import pytest

from common.blocks import types
from common.blocks.mixins import MIXINS
from common.blocks.models import LearnerBlockState
from common.blocks.tests.factories import World, make_world
from common.content.tests.factories import Node, html, problem

pytestmark = pytest.mark.django_db

DEEP = b"[" * 100_000
HINTED = """<problem><stringresponse answer="a"><textline/></stringresponse>
<demandhint><hint>Think</hint></demandhint></problem>"""
# The handlers that read JSON, and the field that each reads.
READERS = [
    pytest.param("problem", "hint_button", "hint_index", id="hint_button"),
    pytest.param("video", "save_user_state", "position", id="save_user_state"),
    pytest.param("html", "publish_completion", "blocks", id="publish_completion"),
]
BODIES = {
    "nested deeply": DEEP,
    "nested deeply in a field": b'{"hint_index": ' + DEEP,
    "nothing": b"",
    "a list": b"[]",
    "a text": b'"text"',
    "null": b"null",
    "not a number": b'{"position": NaN}',
    "infinite": b'{"position": -Infinity}',
    "no UTF-8": b"\xff\xfe{}",
    "more digits than are read": b'{"position": ' + b"9" * 5000 + b"}",
    "more than is read": b'{"x": "' + b"a" * 70_000 + b'"}',
    "a form": b"input_b_2_1=%ED%A0%80&attempt=%00",
    "a form without end": b"input_b_2_1[]=" * 200,
}


def course_of(block_type: str) -> World:
    """Return a course with one block ``b`` of a built-in type in its unit."""
    if block_type == "problem":
        return make_world(problem("b", HINTED))
    settings: dict[str, dict[str, Any]] = {
        "video": {"html5_sources": ["/static/a.mp4"]},
        "library_content": {"max_count": 1},
    }
    children = [html("child", "<p>text</p>")] if block_type in HOLDING else []
    return make_world(Node(block_type, "b", settings.get(block_type, {}), children=children))


HOLDING = {"library_content", "itembank", "conditional", "randomize"}
TYPES = ["problem", "video", "html", "discussion", *sorted(HOLDING)]


def handlers_of(block_type: str) -> list[str]:
    classes = [types.find_block_class(block_type), *MIXINS]
    return sorted(
        {
            name
            for cls in classes
            for name in dir(cls)
            if getattr(getattr(cls, name), "_is_xblock_handler", False)
        }
    )


@pytest.mark.parametrize("block_type", TYPES)
def test_no_body_makes_a_handler_fail(block_type: str) -> None:
    world = course_of(block_type)
    client = world.client()
    handlers = handlers_of(block_type)
    assert "publish_completion" in handlers
    for name in handlers:
        for kind, body in BODIES.items():
            for content_type in ("application/json", "application/x-www-form-urlencoded"):
                url = world.handler(block_type, "b", name)
                reply = client.post(url, body, content_type=content_type)
                assert reply.status_code < 500, (name, kind, content_type)


@pytest.mark.parametrize(("block_type", "handler", "field"), READERS)
def test_what_is_no_json_object_is_refused_with_an_error_object(
    block_type: str, handler: str, field: str
) -> None:
    world = course_of(block_type)
    url, client = world.handler(block_type, "b", handler), world.client()
    for kind, body in BODIES.items():
        reply = client.post(url, body, content_type="application/json")
        assert reply.status_code == 400, kind
        refused = reply.json()
        assert refused["error_code"] == "unreadable_data"
        assert refused["developer_message"]
        assert refused["error"] == refused["user_message"]


@pytest.mark.parametrize(("block_type", "handler", "field"), READERS)
def test_a_value_of_another_type_is_refused_and_changes_nothing(
    block_type: str, handler: str, field: str
) -> None:
    world = course_of(block_type)
    url, client = world.handler(block_type, "b", handler), world.client()
    values: list[Any] = ["text", True, {}, {"a": 1}, [[1]], [None], "\ud800", 10**400]
    for value in values:
        body = json.dumps({field: value})
        reply = client.post(url, body, content_type="application/json")
        assert reply.status_code == 400, value
    assert not LearnerBlockState.objects.filter(learner=world.learner).exists()


@pytest.mark.parametrize("index", [-1, 1, 10**300])
def test_a_hint_that_is_not_there_is_no_error(index: int) -> None:
    world = course_of("problem")
    url = world.handler("problem", "b", "hint_button")
    reply = world.client().post(url, {"hint_index": index}, content_type="application/json")
    assert reply.json() == {"success": False}
