"""Views that a process keeps: the same page as without, and nothing of one person for another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.utils import translation
from xblock.core import XBlock

from common.blocks import api, view_cache
from common.blocks.tests.factories import UNIT, World, make_user, make_world
from common.content.api import apply_operations, publish
from common.content.operations import SetContent
from common.content.tests.factories import Node, html, problem
from common.core.keys import BlockKey
from common.enrollments.api import enroll
from xblocks.html import HtmlBlock
from xblocks.problem.block import ProblemBlock

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
VARIANTS = """<problem><script type="loncapa/python">n = random.randint(0, 10**9)</script>
<numericalresponse answer="$n"><label>$n</label><formulaequationinput/></numericalresponse>
</problem>"""


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    view_cache.forget_views()
    yield
    view_cache.forget_views()


def enrolled(world: World, name: str) -> Any:
    person = make_user(name)
    enroll(world.course_key, person, now=datetime.now(UTC))
    return person


def shown(
    world: World, user: Any = None, *, csrf_token: str = "", now: datetime | None = None
) -> str:
    context = {"csrf_token": csrf_token} if csrf_token else None
    session = api.open_session(world.context(user), user or world.learner, now=now)
    return str(api.render_block(session, UNIT, context=context).html)


def submit(world: World, choice: str = "choice_0") -> None:
    url = world.handler("problem", "p", "problem_check")
    reply = world.client().post(url, {"input_p_2_1": choice, "attempt": 0})
    assert reply.json()["success"] in {"correct", "incorrect"}


def test_a_view_is_made_once_for_learners_who_have_done_the_same() -> None:
    world = make_world(html("h", "<p>One</p>"), problem("p"))
    other = enrolled(world, "other")
    first = shown(world)
    with (
        mock.patch.object(HtmlBlock, "student_view", side_effect=AssertionError),
        mock.patch.object(ProblemBlock, "student_view", side_effect=AssertionError),
    ):
        again = shown(world, other)
    token = 'data-request-token="'
    tokens = {page.split(token)[1][:32] for page in (first, again)}
    assert len(tokens) == 2
    one, two = tokens
    assert first.replace(one, "").replace(two, "") == again.replace(one, "").replace(two, "")


def test_what_is_kept_holds_no_token_of_the_one_it_was_made_for() -> None:
    world = make_world(problem("p"))
    assert "a" * 64 in shown(world, csrf_token="a" * 64)
    second = shown(world, enrolled(world, "other"), csrf_token="b" * 64)
    assert "a" * 64 not in second
    assert "b" * 64 in second
    assert view_cache._CSRF_PLACE not in second


def test_an_answer_shows_to_who_gave_it_and_to_nobody_else() -> None:
    world = make_world(problem("p"))
    other = enrolled(world, "other")
    before = shown(world, other)
    submit(world)
    assert "1 of 1 point" in shown(world)
    assert "1 of 1 point" not in shown(world, other)
    assert before.count("checked") == shown(world, other).count("checked") == 0


def test_staff_and_learners_are_not_given_each_others_view() -> None:
    world = make_world(problem("p", "<problem><choiceresponse></problem>"))
    assert "mismatch" not in shown(world)
    assert "mismatch" in shown(world, make_user("boss", is_staff=True))
    assert "mismatch" not in shown(world)


def test_variants_drawn_for_each_learner_stay_their_own() -> None:
    world = make_world(problem("p", VARIANTS, rerandomize="per_student"))
    pages = {shown(world, enrolled(world, f"learner{number}")) for number in range(4)}
    assert len(pages) == 4


def test_a_text_that_names_its_reader_is_made_for_each() -> None:
    world = make_world(html("h", "<p>%%USER_EMAIL%%</p>"))
    assert world.learner.email in shown(world)
    assert world.learner.email not in shown(world, enrolled(world, "other"))


def test_a_view_in_one_language_is_not_shown_in_another() -> None:
    world = make_world(problem("p"))
    with translation.override("en"):
        english = shown(world)
    with translation.override("fr"):
        assert "Envoyer" in shown(world)
    assert "Envoyer" not in english


@pytest.mark.parametrize(
    ("minutes", "is_open"),
    [pytest.param(-1, True, id="before due"), pytest.param(1, False, id="after due")],
)
def test_the_due_date_closes_a_view_that_was_kept_open(minutes: int, is_open: bool) -> None:
    world = make_world(problem("p", due=NOW.isoformat()))
    pages = []
    for at in (NOW - timedelta(minutes=2), NOW + timedelta(minutes=minutes)):
        with mock.patch.object(ProblemBlock, "now", return_value=at):
            pages.append(shown(world, now=at))
    assert ("problem-submit" in pages[0]) is True
    assert ("problem-submit" in pages[1]) is is_open


def test_a_new_version_of_the_text_is_shown_at_once() -> None:
    world = make_world(html("h", "<p>Old</p>"))
    assert "Old" in shown(world)
    edit = SetContent(BlockKey("html", "h"), {"data": "<p>New</p>"})
    apply_operations(world.course_key, [edit], author_id=None, message="")
    publish(world.course_key, author_id=None, message="")
    assert "New" in shown(world)


def test_a_problem_that_asks_for_a_pause_is_never_kept() -> None:
    world = make_world(problem("p", submission_wait_seconds=60))
    shown(world)
    with mock.patch.object(ProblemBlock, "student_view", side_effect=AssertionError("made")):
        assert "cannot be shown" in shown(world, enrolled(world, "other"))


class Third(HtmlBlock):
    __module__ = "third_party.blocks"


@XBlock.register_temp_plugin(Third, "third")
def test_a_package_that_builds_on_our_block_is_asked_every_time() -> None:
    world = make_world(Node("third", "t"))
    assert "html-block" in shown(world)
    with mock.patch.object(Third, "student_view", side_effect=AssertionError("made")):
        assert "cannot be shown" in shown(world)
