"""Learners ask for a new draw: what they did below is cleared, and the grade follows."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from lxml import html as lxml_html

from common.blocks import api
from common.blocks.models import LearnerBlockState
from common.blocks.tests.factories import UNIT, World, make_user, make_world
from common.content.tests.factories import Node, problem
from common.core.keys import BlockKey
from common.courses.api import get_placements
from common.courses.models import LearnerSelection
from common.grading.api import get_course_grade
from common.grading.models import CourseGradeRow, Score
from common.tracking.models import OutboxEvent

pytestmark = pytest.mark.django_db

DRAW = BlockKey("library_content", "draw")
NAMES = ("a", "b", "c", "d")


def course(block_type: str = "library_content", **settings: Any) -> World:
    settings = {"max_count": 1, "allow_resetting_children": True, **settings}
    children = [problem(name, display_name=f"Question {name}") for name in NAMES]
    return make_world(
        Node(block_type, "draw", settings, children=children), problem("other", display_name="x")
    )


def page(world: World) -> Any:
    shown = api.render_block(world.session(), UNIT, context={"csrf_token": "t"})
    return lxml_html.fromstring(f"<div>{shown.html}</div>")


def drawn(world: World) -> list[str]:
    text = page(world).text_content()
    return [name for name in NAMES if f"Question {name}" in text]


def answer(world: World, name: str) -> None:
    url = world.handler("problem", name, "problem_check")
    reply = world.client().post(url, {f"input_{name}_2_1": "choice_0"})
    assert reply.json()["success"] == "correct"


def start_over(world: World, block_type: str = "library_content", **fields: Any) -> Any:
    url = world.handler(block_type, "draw", "reset_selected_children")
    return world.client().post(url, fields)


def events(kind: str) -> list[Any]:
    lines = OutboxEvent.objects.order_by("id").values_list("line", flat=True)
    return [event for line in lines if (event := json.loads(line))["event_type"] == kind]


def stored_percent(world: World) -> float:
    return CourseGradeRow.objects.get(learner=world.learner).percent


@pytest.mark.parametrize("block_type", ["library_content", "itembank"])
def test_answers_and_points_go_and_the_grade_follows(block_type: str) -> None:
    world = course(block_type)
    (name,) = drawn(world)
    answer(world, name)
    answer(world, "other")
    before = stored_percent(world)
    reply = start_over(world, block_type)
    assert reply.status_code == 303
    assert reply["Location"].endswith("#selection_draw")
    assert not Score.objects.filter(learner=world.learner, block=f"problem@{name}").exists()
    assert Score.objects.filter(learner=world.learner, block="problem@other").exists()
    row = LearnerBlockState.objects.get(learner=world.learner, block=f"problem@{name}")
    assert (json.loads(row.state), row.completion) == ({}, 0.0)
    session = world.session()
    computed = get_course_grade(
        session.context.run, world.learner.pk, session.outline, session.viewer, session.now
    )
    assert stored_percent(world) == computed.percent < before


def test_a_new_draw_is_by_chance_and_kept() -> None:
    world = course()
    seen = set()
    for _ in range(40):
        seen |= set(drawn(world))
        assert drawn(world) == drawn(world)
        start_over(world)
        if len(seen) > 1:
            break
    assert len(seen) > 1
    context = world.context()
    recorded = get_placements(context.run.id, world.learner.pk).selections[DRAW]
    assert [key.block_id for key in recorded] == drawn(world)


def test_what_was_drawn_and_taken_away_is_told() -> None:
    world = course(max_count=3)
    names = drawn(world)
    answer(world, names[0])
    start_over(world)
    (deleted,) = events("edx.grades.problem.state_deleted")
    assert deleted["event"]["problem_id"] == str(world.usage("problem", names[0]))
    completion = events("edx.completion.block_completion.changed")[-1]["event"]
    assert (completion["block_id"], completion["completion"]) == (
        str(world.usage("problem", names[0])),
        0.0,
    )
    while not (told := events("edx.librarycontentblock.content.removed")):
        start_over(world)  # by chance, the same ones came again
    for payload in (event["event"] for event in told):
        assert payload["reason"] == "overlimit"
        assert payload["removed"][0].keys() == {
            "usage_key",
            "original_usage_key",
            "original_usage_version",
            "descendants",
        }


def test_the_form_needs_no_script_and_is_folded() -> None:
    world = course()
    form = next(form for form in page(world).forms if "reset_selected" in str(form.action))
    assert form.getparent().tag == "details"
    assert form.getparent().get("open") is None
    reply = world.client().post(str(form.action), dict(form.fields))
    assert reply.status_code == 303


def test_a_form_sent_twice_clears_once() -> None:
    world = course()
    start_over(world, redraw_count=0)
    (name,) = drawn(world)
    answer(world, name)
    assert start_over(world, redraw_count=0).status_code == 303
    assert drawn(world) == [name]
    assert Score.objects.filter(learner=world.learner, block=f"problem@{name}").exists()


def is_refused(world: World) -> bool:
    offered = any("reset_selected" in str(form.action) for form in page(world).forms)
    refused: bool = start_over(world).status_code == 403
    assert offered is not refused
    return refused


def test_only_where_the_author_allows_it() -> None:
    assert is_refused(course(allow_resetting_children=False))
    assert not is_refused(course())


@pytest.mark.parametrize(("hours", "refused"), [(-1, True), (1, False)])
def test_not_after_the_due_date(hours: int, refused: bool) -> None:
    due = datetime.now(UTC) + timedelta(hours=hours)
    assert is_refused(course(due=due.isoformat())) is refused


def test_staff_who_look_around_are_offered_nothing() -> None:
    world = course()
    staff = make_user("staff", is_staff=True, is_superuser=True)
    shown = api.render_block(world.session(staff), UNIT).html
    assert "reset_selected" not in shown
    assert not LearnerSelection.objects.filter(learner=staff).exists()
