"""Statements of the learner database and calls of the content store: few, and always as many."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from web_fragments.fragment import Fragment
from xblock.core import XBlock
from xblock.fields import Integer, Scope

from common.blocks import api, max_points
from common.blocks.tests.factories import World, make_world
from common.blocks.tests.plugs import installed
from common.content.api import count_calls
from common.content.objects import decoded_cache
from common.content.tests.factories import Node, html, section, small_sections, subsection, unit
from common.core.keys import BlockKey
from common.courses.api import forget_outlines
from common.courses.data import CourseOutline

pytestmark = pytest.mark.django_db(transaction=True)

UNIT = BlockKey("vertical", "s0_0_0")
_CONTROL = {"BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET"}
# The content store is counted apart, by its calls.
_STORE = "lyceum_content_contentobject"


class Costs:
    statements: int
    calls: int


@contextmanager
def costs() -> Iterator[Costs]:
    found = Costs()
    with CaptureQueriesContext(connection) as captured, count_calls() as calls:
        yield found
    kept = [
        query["sql"]
        for query in captured.captured_queries
        if query["sql"].split(" ", 1)[0] not in _CONTROL and _STORE not in query["sql"]
    ]
    found.statements, found.calls = len(kept), calls.calls


def forget_everything() -> None:
    """Start cold, as a new process does."""
    decoded_cache().clear()
    forget_outlines()


def big_and_small() -> list[World]:
    """Return a course of some 100 blocks and one of some 900: the counts must be equal."""
    # Other tests' databases are gone, with what they stored of equal courses.
    forget_everything()
    return [
        make_world(sections=small_sections(2, 2, 4, 4)),
        make_world(sections=small_sections(6, 4, 5, 4)),
    ]


@pytest.mark.parametrize("is_cold", [pytest.param(True, id="cold"), pytest.param(False, id="warm")])
def test_a_unit_costs_as_much_in_every_course(is_cold: bool) -> None:
    found = []
    for world in big_and_small():
        api.render_block(world.session(), UNIT)
        if is_cold:
            forget_everything()
        with costs() as spent:
            rendered = api.render_block(world.session(), UNIT)
        assert len(rendered.blocks) == 6
        found.append((spent.statements, spent.calls))
    assert found[0] == found[1]
    # With session and user: five.
    assert found[0] == (3, 3 if is_cold else 0)


@pytest.mark.parametrize("is_cold", [pytest.param(True, id="cold"), pytest.param(False, id="warm")])
def test_a_submission_costs_as_much_in_every_course(is_cold: bool) -> None:
    found = []
    for world in big_and_small():
        client = world.client()
        url = world.handler("problem", "p0_0_0_0", "problem_check")
        # The first answer of all warms what a process learns once.
        for answer in ("choice_1", "choice_1", "choice_0"):
            if is_cold:
                forget_everything()
            with costs() as spent:
                response = client.post(url, {"input_p0_0_0_0_2_1": answer})
            assert response.status_code == 200, response.content
        found.append((spent.statements, spent.calls))
    assert found[0] == found[1]
    assert found[0] == (12, 3 if is_cold else 0)


def test_nothing_is_worked_out_of_an_outline_while_a_transaction_is_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made_under_lock: list[Any] = []
    remember = CourseOutline.remember

    def watched(outline: CourseOutline, name: Any, make: Any) -> Any:
        if name not in outline.memo and connection.in_atomic_block:
            made_under_lock.append(name)
        return remember(outline, name, make)

    monkeypatch.setattr(CourseOutline, "remember", watched)
    world = make_world(sections=small_sections(2, 2, 4, 4))
    forget_everything()
    answer = world.client().post(
        world.handler("problem", "p0_0_0_0", "problem_check"), {"input_p0_0_0_0_2_1": "choice_0"}
    )
    assert answer.status_code == 200
    assert not made_under_lock


def test_an_outline_that_is_built_again_asks_only_for_what_was_edited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []
    ask = max_points._ask

    def counted(question: max_points.Question, fields: Any) -> float | None:
        asked.append(1)
        return ask(question, fields)

    monkeypatch.setattr(max_points, "_ask", counted)
    max_points._known.clear()
    small = small_sections(1, 1, 2, 3)
    make_world(sections=small)
    # All problems are equal: one question.
    assert len(asked) == 1
    make_world(sections=small)
    assert len(asked) == 1


def test_a_condition_on_blocks_of_other_sections_costs_one_call_more_however_many() -> None:
    found = []
    for count in (1, 4):
        sources = [f"problem@p{number}_0_0_0" for number in range(1, count + 1)]
        conditional = Node(
            "conditional",
            "c",
            {"sources_list": sources, "conditional_attr": "correct"},
            children=[html("hidden")],
        )
        sections = small_sections(6, 1, 1, 1)
        first = section("first", subsection("fs", unit("fu", conditional)))
        world = make_world(sections=[first, *sections])
        forget_everything()
        with costs() as spent:
            api.render_block(world.session(), BlockKey("vertical", "fu"))
        found.append((spent.statements, spent.calls))
    assert found[0] == found[1]


class SharingBlock(XBlock):
    """Reads something in every way that is shared or personal."""

    tally = Integer(default=0, scope=Scope.user_state_summary)
    mine = Integer(default=0, scope=Scope.preferences)
    always = Integer(default=0, scope=Scope.user_info)

    def student_view(self, context: Any = None) -> Fragment:
        return Fragment(f"<p>{self.tally} {self.mine} {self.always}</p>")


def test_what_blocks_share_is_read_in_as_many_statements_for_six_blocks_as_for_one() -> None:
    counts = []
    with installed({"sharing": SharingBlock}):
        for size in (1, 6):
            world = make_world(*(Node("sharing", f"b{number}") for number in range(size)))
            session = world.session()
            with costs() as found:
                shown = api.render_block(session, BlockKey("vertical", "u"))
            assert shown.html.count("<p>0 0 0</p>") == size
            counts.append(found.statements)
    # State, personal, shared.
    assert counts == [3, 3]
