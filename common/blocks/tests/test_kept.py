"""Blocks that were imported before their package was installed."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pytest
from web_fragments.fragment import Fragment
from xblock.core import XBlock
from xblock.fields import Boolean, Float, Integer, Scope, String

from common.blocks import api, outline_builder, submission
from common.blocks.tests.factories import UNIT, World, make_user, make_world
from common.blocks.tests.plugs import installed
from common.content.api import get_heads
from common.content.tests.factories import Node, html
from common.core.keys import BlockKey
from common.courses.api import get_outline, set_outline_builder
from common.grading.models import Score

pytestmark = pytest.mark.django_db(transaction=True)

KEY = BlockKey("latecomer", "x")
OLX = '<latecomer url_name="x" display_name="Late" question="Why?" points="4" weight="2.0"/>'


class LateBlock(XBlock):
    """Asks a question; its fields are attributes of its XML."""

    has_score = True
    display_name = String(default="Nameless", scope=Scope.settings)
    question = String(default="none", scope=Scope.content)
    points = Integer(default=1, scope=Scope.content)
    weight = Float(default=None, scope=Scope.settings)
    counts = Boolean(default=False, scope=Scope.user_state)

    def student_view(self, context: Any = None) -> Fragment:
        return Fragment(f"<p>{self.display_name}: {self.question}</p>")

    def max_score(self) -> float:
        return float(self.points)


def publish_world(olx: str = OLX) -> World:
    with installed({}):
        return make_world(html("h", "<p>Still here</p>"), Node("latecomer", "x", olx=olx))


def shown(world: World, user: Any = None) -> str:
    return str(api.render_block(world.session(user), UNIT).html)


def build(fingerprint: str) -> None:
    set_outline_builder(outline_builder.build_outline, fingerprint=fingerprint)


@pytest.fixture(autouse=True)
def _rules() -> Any:
    yield
    build(outline_builder.fingerprint())


def test_a_block_comes_alive_when_its_package_is_installed_without_a_new_import() -> None:
    world = publish_world()
    heads = get_heads(world.course_key)
    build("without")
    with installed({}):
        assert "cannot be shown" in shown(world)
        assert not world.session().outline.blocks[KEY].has_score
    build("with")
    with installed({"latecomer": LateBlock}):
        assert "Late: Why?" in shown(world)
        outlined = world.session().outline.blocks[KEY]
        assert (outlined.has_score, outlined.max_points, outlined.weight) == (True, 4.0, 2.0)
        assert outlined.display_name == "Late"
        answer(world)
    score = Score.objects.get(learner=world.learner)
    assert (score.raw_earned, score.raw_possible) == (3.0, 4.0)
    assert get_heads(world.course_key).pair == heads.pair
    build("without")
    with installed({}):
        assert "cannot be shown" in shown(world)
        assert not world.session().outline.blocks[KEY].has_score


def answer(world: World) -> None:
    def work(session: api.BlockSession) -> None:
        block = session.runtime.get_block(world.usage("latecomer", "x"))
        block.counts = True
        block.save()
        session.runtime.publish(block, "grade", {"value": 3, "max_value": block.points})

    submission.run(world.session(), work)


@pytest.mark.parametrize("is_staff", [False, True], ids=["learner", "staff"])
def test_what_the_class_cannot_read_is_one_sentence_and_staff_see_why(is_staff: bool) -> None:
    world = publish_world('<latecomer points="many"/>')
    with installed({"latecomer": LateBlock}):
        page = shown(world, make_user(is_staff=True) if is_staff else None)
        assert "Still here" in page
        assert "cannot be shown right now" in page
        assert ("cannot read what the course holds" in page) is is_staff
        assert not get_outline(str(get_heads(world.course_key).published)).blocks[KEY].has_score


class Shelf(LateBlock):
    """The same, with blocks inside."""

    has_children = True


@pytest.mark.parametrize("is_staff", [False, True], ids=["learner", "staff"])
def test_a_block_that_holds_others_waits_for_a_new_import(is_staff: bool) -> None:
    world = publish_world('<latecomer points="4"><html url_name="inside">x</html></latecomer>')
    with installed({"latecomer": Shelf}):
        page = shown(world, make_user(is_staff=True) if is_staff else None)
        assert "Still here" in page
        assert "cannot be shown right now" in page
        assert ("import it again" in page) is is_staff
        assert not get_outline(str(get_heads(world.course_key).published)).blocks[KEY].has_score


def test_what_an_import_by_the_class_stored_wins_over_the_xml() -> None:
    with installed({"latecomer": LateBlock}):
        stored = Node("latecomer", "x", {}, {"question": "Edited?"}, olx=OLX)
        assert "Nameless: Edited?" in shown(make_world(stored))


def test_the_id_of_an_outline_changes_with_the_installed_classes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = outline_builder.fingerprint()
    entry = EntryPoint("latecomer", "late.block:LateBlock", "xblock.v1")
    found = [*entry_points(group="xblock.v1"), entry]
    monkeypatch.setattr(outline_builder, "entry_points", lambda group: found)
    assert outline_builder.fingerprint() != before
