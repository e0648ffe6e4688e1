from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from web_fragments.fragment import Fragment
from xblock.core import XBlock
from xblock.exceptions import InvalidScopeError

from common.blocks import api
from common.blocks.tests.factories import UNIT, make_user, make_world
from common.content.tests.factories import Node, html, problem, section, subsection, unit
from common.core.keys import BlockKey

pytestmark = pytest.mark.django_db


def test_a_unit_shows_its_blocks_in_order_in_their_wrappers() -> None:
    world = make_world(html("first", "<p>One</p>"), html("second", "<p>Two</p>"))
    rendered = api.render_block(world.session(), UNIT)
    assert rendered.html.index("One") < rendered.html.index("Two")
    assert f'data-usage-id="{world.usage("html", "first")}"' in rendered.html
    assert 'class="xblock xblock-student_view xblock-student_view-html"' in rendered.html
    assert [info.key.block_id for info in rendered.blocks] == ["u", "first", "second"]


def test_links_of_authors_lead_into_the_course() -> None:
    world = make_world(html("h", '<a href="/jump_to_id/x">x</a><img src="/static/a b.png">'))
    rendered = api.render_block(world.session(), UNIT).html
    assert f'href="/courses/{world.course_key}/jump_to_id/x"' in rendered
    assert f'src="/assets/{world.course_key}/a b.png"' in rendered


@pytest.mark.parametrize(
    ("is_staff", "told"),
    [pytest.param(False, False, id="learner"), pytest.param(True, True, id="staff")],
)
def test_an_unknown_type_is_one_neutral_sentence_and_staff_see_why(
    is_staff: bool, told: bool
) -> None:
    world = make_world(html("h", "<p>Still here</p>"), Node("nosuchblock", "x"))
    user = make_user(is_staff=True) if is_staff else world.learner
    rendered = api.render_block(world.session(user), UNIT).html
    assert "Still here" in rendered
    assert "cannot be shown right now" in rendered
    assert ("nosuchblock&#x27; is installed" in rendered) is told


class BrokenBlock(XBlock):
    def student_view(self, context: Any = None) -> Fragment:
        raise RuntimeError("boom")


@XBlock.register_temp_plugin(BrokenBlock, "broken")
@pytest.mark.parametrize(
    ("is_staff", "told"),
    [pytest.param(False, False, id="learner"), pytest.param(True, True, id="staff")],
)
def test_one_broken_block_leaves_the_page_whole(is_staff: bool, told: bool) -> None:
    world = make_world(html("h", "<p>Still here</p>"), Node("broken", "x"))
    user = make_user(is_staff=True) if is_staff else world.learner
    rendered = api.render_block(world.session(user), UNIT).html
    assert "Still here" in rendered
    assert ("boom" in rendered) is told


class ScriptedBlock(XBlock):
    def student_view(self, context: Any = None) -> Fragment:
        context["scribbled"] = True
        fragment = Fragment("<b>hi</b>")
        fragment.add_css("b{}")
        fragment.add_javascript_url("/x.js")
        fragment.add_javascript("var a='</script>';")
        fragment.initialize_js("Start", {"text": "</script><script>alert(1)", "n": 1})
        return fragment


@XBlock.register_temp_plugin(ScriptedBlock, "scripted")
def test_resources_are_collected_once_a_page_and_arguments_cannot_end_their_script() -> None:
    world = make_world(Node("scripted", "x"), Node("scripted", "y"))
    rendered = api.render_block(world.session(), UNIT)
    assert rendered.foot.count("/x.js") == 1
    assert rendered.head.count("b{}") == 1
    assert "<\\/script>';" in rendered.foot
    assert "</script><script>alert" not in rendered.html
    assert rendered.html.count('class="xblock-json-init-args"') == 2
    assert rendered.needs_runtime
    assert rendered.needs_globals


@XBlock.register_temp_plugin(ScriptedBlock, "scripted")
def test_a_block_that_needs_its_script_says_so_to_browsers_without() -> None:
    scripted = make_world(Node("scripted", "x"))
    assert api.render_block(scripted.session(), UNIT).html.count("<noscript>") == 1
    assert "<noscript>" not in api.render_block(make_world(problem("p")).session(), UNIT).html


def test_a_learner_does_not_get_what_is_for_staff_only() -> None:
    world = make_world(html("h", "<p>Secret</p>", visible_to_staff_only=True))
    assert "Secret" not in api.render_block(world.session(), UNIT).html
    staff = make_user(is_staff=True)
    assert "Secret" in api.render_block(world.session(staff), UNIT).html


def test_a_visitor_sees_the_public_view_of_a_public_course() -> None:
    world = make_world(problem("p"), settings={"course_visibility": "public"})
    rendered = api.render_block(world.session(AnonymousUser()), UNIT).html
    assert "Sign in and enroll" in rendered


def test_settings_are_inherited_from_the_nearest_ancestor() -> None:
    world = make_world(
        sections=[
            section(
                "c",
                subsection("s", unit("u", problem("p")), max_attempts=2),
                showanswer="never",
                max_attempts=7,
            )
        ]
    )
    session = world.session()
    block = session.runtime.get_block(world.usage("problem", "p"))
    assert (block.max_attempts, block.showanswer) == (2, "never")


def test_scopes_of_authors_are_read_only_and_their_values_are_copies() -> None:
    world = make_world(html("h"))
    session = world.session()
    block = session.runtime.get_block(world.usage("vertical", "u"))
    block.children.append(world.usage("html", "x"))
    stored = session.source.find(UNIT)
    assert stored
    assert stored.children == (BlockKey("html", "h"),)
    with pytest.raises(InvalidScopeError):
        block.save()
