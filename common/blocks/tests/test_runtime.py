"""The runtime's own promises to blocks (reference: xblock, sections 1 to 3)."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint
from typing import Any

import pytest
from django.conf import settings as django_settings
from web_fragments.fragment import Fragment
from xblock.core import XBlock
from xblock.exceptions import InvalidScopeError, NoSuchUsage
from xblock.fields import BlockScope, Integer, Scope, UserScope
from xblock.plugin import AmbiguousPluginOverrideError

from common.blocks import api, submission, types
from common.blocks.errors import BlockUnavailableError
from common.blocks.models import LearnerBlockState, SharedState, UserField
from common.blocks.tests.factories import World, make_user, make_world
from common.blocks.tests.plugs import installed
from common.content.tests.factories import Node, html
from common.core.keys import CourseLocator

pytestmark = pytest.mark.django_db(transaction=True)


def _name(mark: Any) -> str:
    """Return ``one`` for ``UserScope.ONE``."""
    return str(mark.name).rpartition(".")[2].lower()


SCOPES = {
    f"{_name(user)}_{_name(block)}": Scope(user, block)
    for user in (UserScope.NONE, UserScope.ONE, UserScope.ALL)
    for block in (BlockScope.USAGE, BlockScope.DEFINITION, BlockScope.TYPE, BlockScope.ALL)
}


@XBlock.needs("i18n", "user")
class ScopedBlock(XBlock):
    """Has a field of every scope that there can be."""

    for name, scope in SCOPES.items():
        locals()[name] = Integer(default=0, scope=scope)

    has_children = True

    @XBlock.handler
    def go(self, request: Any, suffix: str = "") -> Any:
        """Do nothing."""

    def fallback_view(self, view_name: str, context: Any = None) -> Fragment:
        return Fragment(f"<p>{view_name}</p>")

    @XBlock.handler
    def fallback_handler(self, name: str, request: Any, suffix: str = "") -> Any:
        return f"{name} {suffix}"


@pytest.fixture
def world() -> Iterator[World]:
    with installed({"scoped": ScopedBlock}):
        yield make_world(Node("scoped", "a", children=[html("h")]), Node("scoped", "b"))


def block_of(world: World, name: str = "a", user: Any = None) -> Any:
    return world.session(user).runtime.get_block(world.usage("scoped", name))


@pytest.mark.parametrize("name", [name for name in SCOPES if not name.startswith("none")])
def test_each_scope_of_learners_is_kept_where_it_belongs(world: World, name: str) -> None:
    def write(session: api.BlockSession) -> None:
        block = session.runtime.get_block(world.usage("scoped", "a"))
        setattr(block, name, 5)
        block.save()

    submission.run(world.session(), write)
    user, place = name.split("_")
    assert getattr(block_of(world), name) == 5
    of_one_block = place in {"usage", "definition"}
    assert getattr(block_of(world, "b"), name) == (0 if of_one_block else 5)
    other = make_user()
    assert getattr(block_of(world, "a", other), name) == (5 if user == "all" else 0)
    counts = (LearnerBlockState.objects, UserField.objects, SharedState.objects)
    wanted = (user == "one" and of_one_block, user == "one" and not of_one_block, user == "all")
    assert tuple(rows.exists() for rows in counts) == wanted


@pytest.mark.parametrize("name", [name for name in SCOPES if name.startswith("none")])
def test_each_scope_of_authors_is_read_only(world: World, name: str) -> None:
    block = block_of(world)
    setattr(block, name, 5)
    with pytest.raises(InvalidScopeError):
        block.save()


@pytest.mark.parametrize(
    ("arguments", "ending"),
    [
        pytest.param({}, "/handler/go", id="bare: no last slash"),
        pytest.param({"suffix": "a/b c"}, "/handler/go/a/b%20c", id="suffix"),
        pytest.param({"query": "x=1"}, "/handler/go?x=1", id="query"),
        pytest.param({"thirdparty": True}, "/handler_noauth/go", id="for outside services"),
    ],
)
def test_addresses_of_handlers(world: World, arguments: dict[str, Any], ending: str) -> None:
    block = block_of(world)
    url = block.runtime.handler_url(block, "go", **arguments)
    assert url.endswith(ending)
    assert url.startswith(django_settings.LMS_URL) is ("thirdparty" in arguments)


def test_a_handler_that_the_class_lacks_has_no_address(world: World) -> None:
    block = block_of(world)
    with pytest.raises(ValueError, match="no handler 'nothing'"):
        block.runtime.handler_url(block, "nothing")


def test_what_a_block_lacks_goes_to_its_fallbacks(world: World) -> None:
    block = block_of(world)
    assert "<p>odd_view</p>" in block.runtime.render(block, "odd_view").content
    answer = world.client().post(world.handler("scoped", "a", "odd", "x/y"))
    assert answer.content == b"odd x/y"


def test_blocks_are_found_only_in_their_course(world: World) -> None:
    runtime = world.session().runtime
    elsewhere = CourseLocator("O", "C", "R").make_usage_key("scoped", "a")
    for usage in (elsewhere, world.usage("scoped", "none")):
        with pytest.raises(NoSuchUsage):
            runtime.get_block(usage)


def test_children_know_their_parent_and_person(world: World) -> None:
    block = block_of(world)
    (child,) = block.get_children()
    assert child.get_parent().scope_ids.usage_id == block.scope_ids.usage_id
    assert child.scope_ids.user_id == block.runtime.user_id == world.learner.pk


def test_ids_are_usage_keys_and_making_one_stores_nothing(world: World) -> None:
    block = block_of(world)
    runtime, usage = block.runtime, block.scope_ids.usage_id
    assert runtime.id_reader.get_block_type(runtime.id_reader.get_definition_id(usage)) == "scoped"
    made = runtime.id_generator.create_usage(runtime.id_generator.create_definition("html", "x"))
    assert made == world.usage("html", "x")
    assert runtime.id_generator.create_definition("html") != runtime.id_generator.create_definition(
        "html"
    )
    _, aside = runtime.id_generator.create_aside(usage, usage, "notes")
    assert runtime.id_reader.get_usage_id_from_aside(aside) == usage
    assert runtime.id_reader.get_aside_type_from_usage(aside) == "notes"


def test_legacy_names_are_there(world: World) -> None:
    block = block_of(world)
    runtime = block.runtime
    for name in (
        "anonymous_student_id", "course_id", "user_is_staff", "user_is_admin",
        "user_is_beta_tester", "seed", "hostname", "STATIC_URL", "cache", "resources_fs",
        "export_fs", "course_entry", "position", "get_real_user", "get_user_role", "replace_urls",
        "replace_course_urls", "replace_jump_to_id_urls", "render_template", "is_author_mode",
        "suppports_state_for_anonymous_users", "get_policy",
    ):  # fmt: skip
        assert hasattr(runtime, name), name
    assert runtime.get_real_user() == world.learner
    assert runtime.get_real_user(runtime.anonymous_student_id) == world.learner
    assert runtime.modulestore.get_course(world.course_key).display_name == "Test course"
    assert runtime.get_field_provenance(block, block.fields["display_name"]) == {
        "default_value": None, "explicitly_set": False,
    }  # fmt: skip
    assert (block.location, block.course_id) == (block.scope_ids.usage_id, world.course_key)
    assert (block.category, block.url_name) == ("scoped", "a")
    assert block.system is block.xmodule_runtime is runtime
    assert [child.url_name for child in block.get_display_items()] == ["h"]
    assert "workbench" not in type(runtime).__name__.lower()
    assert runtime.is_author_mode is False


def test_studio_is_told_who_sees_a_block_and_when_it_was_changed(world: World) -> None:
    block = block_of(world)
    assert "All learners" in block.visibility_view().content
    assert block.edited_on is not None
    assert block.published_on is not None
    assert (block.edited_by, block.published_by) == (None, None)
    hidden = make_world(html("s", visible_to_staff_only=True))
    shown = hidden.session(make_user(is_staff=True)).runtime.get_block(hidden.usage("html", "s"))
    assert "Only course staff" in shown.visibility_view().content
    assert block.editable_metadata_fields["display_name"]["explicitly_set"] is False


def test_two_overrides_of_a_type_make_it_unavailable_by_name() -> None:
    entry = EntryPoint("twice", "xblocks.html:HtmlBlock", "xblock.v1.overrides")
    with installed({"twice": AmbiguousPluginOverrideError([entry, entry])}):
        with pytest.raises(BlockUnavailableError, match="does not load"):
            types.load_block_class("twice")
        assert types.find_block_class("twice") is None
