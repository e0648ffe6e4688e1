"""Whatever is sent to a package's handler, the answer is JSON that says what was wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from webob import Response
from xblock.core import XBlock
from xblock.fields import Dict, Scope

from common.blocks.models import LearnerBlockState
from common.blocks.tests.factories import make_world
from common.blocks.tests.plugs import installed
from common.content.tests.factories import Node

pytestmark = pytest.mark.django_db(transaction=True)


class KeepsBlock(XBlock):
    """Keeps what it is sent, as handlers of packages do, without a look."""

    kept = Dict(default={}, scope=Scope.user_state)

    @XBlock.json_handler
    def keep(self, data: Any, suffix: str = "") -> Any:
        self.kept = {"data": data}
        return {"kept": data}

    @XBlock.handler
    def form(self, request: Any, suffix: str = "") -> Any:
        self.kept = {"data": list(request.POST.items())}
        return Response("kept")


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


JSON_BODIES = {
    **{
        f"{depth} lists in one another": nested(depth)
        for depth in (150, 400, 800, 940, 960, 980, 1000, 100_000)
    },
    "objects in one another": b'{"a":' * 700 + b"1" + b"}" * 700,
    "half of a character": b'"\\ud800"',
    "a number of 5,000 digits": b"9" * 5000,
    "bytes that are no text": b'"\xff\xfe"',
    "a NUL": b'"\\u0000"',
    "not a number": b"[NaN, Infinity]",
    "nothing": b"",
}


@pytest.mark.parametrize("body", JSON_BODIES.values(), ids=JSON_BODIES)
def test_no_json_makes_a_handler_fail(body: bytes) -> None:
    with installed({"keeps": KeepsBlock}):
        world = make_world(Node("keeps", "b"))
        url = world.handler("keeps", "b", "keep")
        reply = world.client().post(url, body, content_type="application/json")
    assert reply.status_code in {200, 400}, reply.content
    json.loads(reply.content)
    assert LearnerBlockState.objects.exists() is (reply.status_code == 200)


FORMS = {
    "a form without its boundary": (b"abc", "multipart/form-data"),
    "a form that ends in the middle": (
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb',
        "multipart/form-data; boundary=x",
    ),
    "a form of a boundary that cannot be": (b"abc", "multipart/form-data; boundary=\xe9"),
    "an encoding that nobody knows": (b"a=%ff", "application/x-www-form-urlencoded; charset=nope"),
    "half of a character": (b"a=%ed%a0%80", "application/x-www-form-urlencoded"),
}


@pytest.mark.parametrize("checks_csrf", [False, True])
@pytest.mark.parametrize(("body", "kind"), FORMS.values(), ids=FORMS)
def test_no_form_makes_a_handler_fail(body: bytes, kind: str, checks_csrf: bool) -> None:
    with installed({"keeps": KeepsBlock}):
        world = make_world(Node("keeps", "b"))
        client = world.client()
        client.handler.enforce_csrf_checks = checks_csrf
        url = world.handler("keeps", "b", "form")
        reply = client.generic("POST", url, body, content_type=kind)
    assert reply.status_code in ({400, 403} if checks_csrf else {200, 400}), reply.content
    if reply.status_code >= 400:
        assert json.loads(reply.content)["error"]
