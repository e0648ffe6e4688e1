"""What strangers' blocks may do wrong: the page goes on, staff see why, nothing half is stored."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.utils import timezone
from web_fragments.fragment import Fragment
from webob import Response
from xblock.core import XBlock
from xblock.fields import Dict, Integer, List, Scope, String

from common.blocks import api
from common.blocks.models import LearnerBlockState
from common.blocks.tests.factories import UNIT, World, make_user, make_world
from common.blocks.tests.plugs import installed
from common.content.tests.factories import Node, html, problem
from common.core.keys import BlockKey

pytestmark = pytest.mark.django_db(transaction=True)


class SaneBlock(XBlock):
    """The others are this one with something broken."""

    has_score = True
    count = Integer(default=0, scope=Scope.user_state)
    limits = Dict(default={}, scope=Scope.settings)
    names = List(default=[], scope=Scope.user_state)
    text = String(default="", scope=Scope.user_state)

    def student_view(self, context: Any = None) -> Any:
        return Fragment(f"<p>Sane {self.count}</p>")

    def max_score(self) -> Any:
        return 1.0

    @XBlock.handler
    def go(self, request: Any, suffix: str = "") -> Any:
        self.count += 1
        return Response("gone")


class InitBlock(SaneBlock):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        raise RuntimeError("the reason")


class ViewBlock(SaneBlock):
    def student_view(self, context: Any = None) -> Any:
        raise RuntimeError("the reason")


class ExitBlock(SaneBlock):
    def student_view(self, context: Any = None) -> Any:
        raise SystemError("the reason")


class NoFragmentBlock(SaneBlock):
    def student_view(self, context: Any = None) -> Any:
        return "the reason"


class NoneBlock(SaneBlock):
    def student_view(self, context: Any = None) -> Any:
        return None


class NoViewBlock(XBlock):
    """Has no view at all."""


class AuthoredBlock(SaneBlock):
    def student_view(self, context: Any = None) -> Any:
        self.limits["the reason"] = 1
        return Fragment("<p>changed</p>")


class ArgumentsBlock(SaneBlock):
    def student_view(self, context: Any = None) -> Any:
        fragment = Fragment("<p>x</p>")
        fragment.initialize_js("Start", {("the reason", 1): 2})
        return fragment


class ScoreBlock(SaneBlock):
    @property
    def has_score(self) -> bool:  # type: ignore[override] # what is wrong with it
        raise RuntimeError("the reason")


class PointsBlock(SaneBlock):
    def max_score(self) -> Any:
        raise RuntimeError("the reason")


class OddPointsBlock(SaneBlock):
    def max_score(self) -> Any:
        return "many"


BROKEN_VIEWS = {
    "bad-init": InitBlock,
    "bad-view": ViewBlock,
    "bad-exit": ExitBlock,
    "bad-string": NoFragmentBlock,
    "bad-none": NoneBlock,
    "bad-noview": NoViewBlock,
    "bad-authored": AuthoredBlock,
    "bad-arguments": ArgumentsBlock,
    "bad-import": ImportError("the reason"),
}
BROKEN_SCORES = {"bad-score": ScoreBlock, "bad-points": PointsBlock, "bad-odd": OddPointsBlock}


def around(block_type: str) -> World:
    return make_world(html("h", "<p>Still here</p>"), Node(block_type, "x"), problem("p"))


@pytest.mark.parametrize("block_type", BROKEN_VIEWS)
@pytest.mark.parametrize("is_staff", [False, True], ids=["learner", "staff"])
def test_a_block_that_cannot_be_shown_leaves_the_unit_whole(
    block_type: str, is_staff: bool
) -> None:
    with installed({**BROKEN_VIEWS, "sane": SaneBlock}):
        world = around(block_type)
        user = make_user(is_staff=True) if is_staff else world.learner
        page = api.render_block(world.session(user), UNIT).html
    assert "Still here" in page
    assert 'data-usage-id="' + str(world.usage("problem", "p")) in page
    assert page.count("cannot be shown right now") == 1
    assert ("block-error-reason" in page) is is_staff
    assert not LearnerBlockState.objects.filter(block=f"{block_type}@x").exists()


@pytest.mark.parametrize("block_type", BROKEN_SCORES)
def test_a_block_that_cannot_say_its_points_is_shown_and_the_course_is_published(
    block_type: str,
) -> None:
    with installed(BROKEN_SCORES):
        world = around(block_type)
        page = api.render_block(world.session(), UNIT).html
        outlined = world.session().outline.blocks
    assert "Sane 0" in page
    assert outlined[BlockKey(block_type, "x")].max_points is None
    assert outlined[BlockKey("problem", "p")].max_points == 1.0


class AnswersBlock(SaneBlock):
    """Its handlers answer what they should not."""

    @XBlock.handler
    def none(self, request: Any, suffix: str = "") -> Any:
        self.count += 1

    @XBlock.handler
    def text(self, request: Any, suffix: str = "") -> Any:
        self.count += 1
        return "plain text"

    @XBlock.handler
    def number(self, request: Any, suffix: str = "") -> Any:
        self.count += 1
        return 42

    @XBlock.handler
    def mapping(self, request: Any, suffix: str = "") -> Any:
        self.count += 1
        return {"a": 1}

    @XBlock.handler
    def unsaved(self, request: Any, suffix: str = "") -> Any:
        self.names = [object()]
        return Response("never")

    @XBlock.handler
    def authored(self, request: Any, suffix: str = "") -> Any:
        self.count += 1
        self.limits["x"] = 1
        return Response("never")

    @XBlock.handler
    def leaves(self, request: Any, suffix: str = "") -> Any:
        self.count += 1
        raise SystemError("the reason")


@pytest.mark.parametrize(
    ("handler", "status", "stored"),
    [
        pytest.param("none", 200, True, id="nothing"),
        pytest.param("text", 200, True, id="text"),
        pytest.param("number", 500, False, id="a number"),
        pytest.param("mapping", 500, False, id="a dictionary"),
        pytest.param("unsaved", 500, False, id="a field that is no JSON"),
        pytest.param("authored", 500, False, id="a field of the authors"),
        pytest.param("leaves", 500, False, id="an error"),
    ],
)
def test_an_answer_of_the_wrong_kind_is_an_error_and_stores_nothing(
    handler: str, status: int, stored: bool
) -> None:
    with installed({"answers": AnswersBlock}):
        world = make_world(Node("answers", "x"))
        answer = world.client().post(world.handler("answers", "x", handler))
    assert answer.status_code == status
    assert LearnerBlockState.objects.exists() is stored
    if status == 500:
        assert answer.json()["error"]


@pytest.mark.parametrize("block_type", ["bad-init", "bad-import"])
def test_a_handler_of_a_block_that_cannot_be_made_is_not_found(block_type: str) -> None:
    with installed(BROKEN_VIEWS):
        world = around(block_type)
        answer = world.client().post(world.handler(block_type, "x", "go"))
    assert (answer.status_code, answer.json()["error_code"]) == (404, "block_unavailable")


class ManyBlock(SaneBlock):
    """Writes a hundred fields, or two megabytes."""

    for number in range(100):
        locals()[f"field_{number}"] = Integer(default=0, scope=Scope.user_state)

    @XBlock.handler
    def many(self, request: Any, suffix: str = "") -> Response:
        for number in range(100):
            setattr(self, f"field_{number}", number + 1)
        return Response("written")

    @XBlock.handler
    def large(self, request: Any, suffix: str = "") -> Response:
        self.text = "é" * 1_000_000
        return Response("written")

    @XBlock.handler
    def size(self, request: Any, suffix: str = "") -> Response:
        return Response(str(len(self.text)))


def test_many_fields_and_large_ones_are_kept_in_one_row() -> None:
    with installed({"many": ManyBlock}):
        world = make_world(Node("many", "x"))
        for name in ("many", "large"):
            assert world.client().post(world.handler("many", "x", name)).status_code == 200
        assert world.client().post(world.handler("many", "x", "size")).content == b"1000000"
    row = LearnerBlockState.objects.get()
    assert json.loads(row.state)["field_99"] == 100
    assert row.revision == 2


@pytest.mark.parametrize(
    "state",
    ['{"count": "three", "names": 7}', '{"gone": 1}', '{"count": null}', '{"names": {"a": 1}}'],
    ids=["another type", "a field that is gone", "null", "another shape"],
)
def test_state_that_a_newer_class_reads_otherwise_leaves_the_unit_whole(state: str) -> None:
    with installed({"sane": SaneBlock}):
        world = around("sane")
        LearnerBlockState.objects.create(
            run_id=world.context().run.id, learner=world.learner, block="sane@x", state=state,
            changed_at=timezone.now(),
        )  # fmt: skip
        page = api.render_block(world.session(), UNIT).html
        assert "Still here" in page
        assert ("Sane" in page) != ("cannot be shown right now" in page)
        answer = world.client().post(world.handler("sane", "x", "go"))
        assert answer.status_code in {200, 500}
    assert json.loads(LearnerBlockState.objects.get().state)


class ResourcesBlock(SaneBlock):
    def student_view(self, context: Any = None) -> Any:
        fragment = Fragment("<p>Sane</p>")
        for placement in ("head", "foot"):
            for mimetype in ("text/css", "application/javascript", "text/html", "text/x-odd"):
                text = f"/* {placement} {mimetype} */"
                fragment.add_resource(text, mimetype, placement)
                fragment.add_resource_url(f"/{placement}/{mimetype}", mimetype, placement)
        return fragment


def test_resources_of_each_kind_go_to_their_place_and_unknown_ones_are_left_out() -> None:
    with installed({"resources": ResourcesBlock}):
        world = make_world(html("h", "<p>Still here</p>"), Node("resources", "x"))
        shown = api.render_block(world.session(), UNIT)
    for placement, text in (("head", shown.head), ("foot", shown.foot)):
        assert f"<style>/* {placement} text/css */</style>" in text
        assert f'<link rel="stylesheet" href="/{placement}/text/css">' in text
        assert f"<script>/* {placement} application/javascript */</script>" in text
        assert f'<script src="/{placement}/application/javascript"></script>' in text
        assert f"/* {placement} text/html */" in text
        assert "odd" not in text


class ParentBlock(XBlock):
    """Shows its children, whatever these are."""

    has_children = True

    def student_view(self, context: Any = None) -> Fragment:
        fragment = Fragment("<p>Parent</p>")
        for child in self.get_children():
            fragment.add_fragment_resources(shown := child.render("student_view", {}))
            fragment.add_content(shown.content)
        return fragment


def test_a_container_of_a_stranger_goes_on_around_a_broken_child() -> None:
    with installed({**BROKEN_VIEWS, "sane": SaneBlock, "parent": ParentBlock}):
        children = [Node("bad-init", "a"), Node("sane", "b"), Node("bad-view", "c")]
        world = make_world(Node("parent", "p", children=children))
        page = api.render_block(world.session(), UNIT).html
    assert page.index("Parent") < page.index("Sane 0")
    assert page.count("cannot be shown right now") == 2


class SelfishBlock(XBlock):
    """Renders its parent, which renders it."""

    def student_view(self, context: Any = None) -> Any:
        return self.get_parent().render("student_view", {})


def test_blocks_that_render_one_another_in_a_circle_end_in_a_box() -> None:
    with installed({"selfish": SelfishBlock}):
        world = make_world(html("h", "<p>Still here</p>"), Node("selfish", "x"))
        page = api.render_block(world.session(), UNIT).html
    assert "Still here" in page
    assert "cannot be shown right now" in page


class ReadsJsonBlock(SaneBlock):
    @XBlock.json_handler
    def read(self, data: Any, suffix: str = "") -> Any:
        return json.dumps(data)


def test_json_nested_deeper_than_the_library_reads_is_the_callers_mistake() -> None:
    with installed({"reads": ReadsJsonBlock}):
        world = make_world(Node("reads", "b"))
        url = world.handler("reads", "b", "read")
        reply = world.client().post(url, b"[" * 100_000, content_type="application/json")
        assert (reply.status_code, reply.json()["error_code"]) == (400, "unreadable_data")


class RecursesBlock(SaneBlock):
    @XBlock.handler
    def read(self, request: Any, suffix: str = "") -> Any:
        return self.read(request, suffix)  # without end


def test_a_block_that_recurses_by_itself_has_failed() -> None:
    with installed({"recurses": RecursesBlock}):
        world = make_world(Node("recurses", "b"))
        url = world.handler("recurses", "b", "read")
        reply = world.client().post(url, b"[]", content_type="application/json")
        assert (reply.status_code, reply.json()["error_code"]) == (500, "block_failed")
