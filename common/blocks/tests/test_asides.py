"""Asides: what a package shows beside every block, where an operator wants it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from web_fragments.fragment import Fragment
from webob import Response
from xblock.core import XBlockAside
from xblock.fields import Integer, Scope, String

from common.blocks import api, types
from common.blocks.models import LearnerBlockState
from common.blocks.tests.factories import UNIT, World, make_world
from common.content.tests.factories import html, problem
from common.grading.models import Score

pytestmark = pytest.mark.django_db(transaction=True)


class NotesAside(XBlockAside):
    """Counts presses beside each text."""

    presses = Integer(default=0, scope=Scope.user_state)
    display_name = String(default="of the aside", scope=Scope.settings)

    @classmethod
    def should_apply_to_block(cls, block: Any) -> bool:
        return bool(block.scope_ids.block_type == "html")

    @XBlockAside.aside_for("student_view")
    def beside(self, block: Any, context: Any = None) -> Fragment:
        fragment = Fragment(f"<i>{self.presses} {self.display_name}</i>")
        fragment.initialize_js("Notes", {"n": 1})
        return fragment

    @XBlockAside.handler
    def press(self, request: Any, suffix: str = "") -> Response:
        self.presses += 1
        self.runtime.publish(self, "grade", {"value": 1, "max_value": 1})
        return Response(str(self.presses))


class BrokenAside(XBlockAside):
    @XBlockAside.aside_for("student_view")
    def beside(self, block: Any, context: Any = None) -> Fragment:
        raise RuntimeError("boom")


@pytest.fixture
def world() -> Iterator[World]:
    found = {"notes": NotesAside, "broken": BrokenAside}
    types.enabled_asides.cache_clear()
    with patch.object(XBlockAside, "load_class", lambda name, *args, **kwargs: found[name]):
        yield make_world(html("h", "<p>Text</p>", display_name="Mine"), problem("p"))
    types.enabled_asides.cache_clear()


def shown(world: World) -> str:
    return str(api.render_block(world.session(), UNIT).html)


def test_no_aside_is_shown_unless_it_is_enabled(world: World) -> None:
    assert "xblock_asides" not in shown(world)


def test_an_aside_stands_behind_its_block_and_names_it(world: World, settings: Any) -> None:
    settings.XBLOCK_ASIDES = ("notes",)
    page = shown(world)
    assert page.index("Text") < page.index("0 of the aside")
    assert page.count('class="xblock_asides-v1 ') == 1
    assert f'data-block-id="{world.usage("html", "h")}"' in page
    assert 'data-init="Notes"' in page


def test_an_aside_that_fails_or_is_not_installed_is_left_out(world: World, settings: Any) -> None:
    settings.XBLOCK_ASIDES = ("broken", "nowhere", "notes")
    page = shown(world)
    assert "Text" in page
    assert page.count("xblock_asides-v1 ") == 1


def test_handlers_of_an_aside_keep_state_of_their_own_and_give_no_score(
    world: World, settings: Any
) -> None:
    settings.XBLOCK_ASIDES = ("notes",)
    runtime = world.session().runtime
    block = runtime.get_block(world.usage("html", "h"))
    url = runtime.handler_url(runtime.find_aside(block, "notes"), "press")
    client = world.client()
    assert [client.post(url).content for _ in range(2)] == [b"1", b"2"]
    assert LearnerBlockState.objects.get(block="html@h").state == '{"xblock_asides.v1/presses": 2}'
    assert not Score.objects.exists()
    assert "2 of the aside" in shown(world)
    assert client.post(url.replace("html+", "problem+").replace("@h", "@p")).status_code == 404
    assert client.post(url.replace("/handler/", "/handler_noauth/")).status_code == 404
    settings.XBLOCK_ASIDES = ()
    assert client.post(url).status_code == 404
