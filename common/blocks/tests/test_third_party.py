"""Blocks from PyPI, unmodified, through HTTP: shown, answered, graded, completed, still there."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from common.blocks import api
from common.blocks.models import SharedState
from common.blocks.tests.factories import UNIT, World, make_user, make_world
from common.content.tests.factories import Node
from common.core.keys import BlockKey
from common.enrollments.api import enroll
from common.grading.api import get_course_grade

pytestmark = pytest.mark.django_db(transaction=True)

DRAG_DATA = {
    "zones": [
        {"uid": "top", "title": "Top", "description": "", "x": 0, "y": 0, "width": 10,
         "height": 10, "align": "center"},
        {"uid": "bottom", "title": "Bottom", "description": "", "x": 0, "y": 20, "width": 10,
         "height": 10, "align": "center"},
    ],
    "items": [
        {"displayName": "Goes up", "imageURL": "", "id": 0, "zones": ["top"],
         "feedback": {"correct": "Yes", "incorrect": "No"}},
        {"displayName": "Goes nowhere", "imageURL": "", "id": 1, "zones": [],
         "feedback": {"correct": "", "incorrect": "No"}},
    ],
    "feedback": {"start": "Drag.", "finish": "Done."},
    "targetImgDescription": "A board",
    "displayLabels": False,
    "displayBorders": False,
}  # fmt: skip


def post(world: World, block: tuple[str, str], name: str, data: Any, user: Any = None) -> Any:
    response = world.client(user).post(
        world.handler(*block, name), json.dumps(data), content_type="application/json"
    )
    assert response.status_code == 200, response.content
    return response.json()


def completion(world: World, block_type: str, block_id: str) -> float | None:
    return api.get_completions(world.context()).get(BlockKey(block_type, block_id))


def test_done_is_shown_answered_graded_completed_and_kept() -> None:
    world = make_world(Node("done", "d"))
    shown = api.render_block(world.session(), UNIT)
    assert "DoneXBlock" in shown.html
    assert post(world, ("done", "d"), "toggle_button", {"done": True}) == {"state": True}
    assert completion(world, "done", "d") == 1.0
    assert earned(world) == (1.0, 1.0)
    assert '"state": true' in api.render_block(world.session(), UNIT).html
    post(world, ("done", "d"), "toggle_button", {"done": False})
    assert earned(world) == (0.0, 1.0)


def earned(world: World) -> tuple[float, float]:
    context, outline = world.context(), world.session().outline
    grade = get_course_grade(context.run, world.learner.pk, outline, context.viewer, timezone.now())
    total = grade.subsections[0].graded_total
    return total.earned, total.possible


def test_a_poll_is_answered_tallied_over_learners_completed_and_kept() -> None:
    answers = [["R", {"label": "Red", "img": "", "img_alt": ""}],
               ["B", {"label": "Blue", "img": "", "img_alt": ""}]]  # fmt: skip
    world = make_world(Node("poll", "p", {"question": "Which?", "answers": answers}))
    assert "PollBlock" in api.render_block(world.session(), UNIT).html
    assert post(world, ("poll", "p"), "vote", {"choice": "R"})["success"] is True
    other = make_user()
    enroll(world.course_key, other, now=timezone.now(), check=False)
    assert post(world, ("poll", "p"), "vote", {"choice": "R"}, other)["success"] is True
    assert completion(world, "poll", "p") == 1.0
    results = post(world, ("poll", "p"), "get_results", {})
    assert results["total"] == 2
    assert SharedState.objects.get().revision == 2
    again = post(world, ("poll", "p"), "vote", {"choice": "B"})
    assert again["success"] is False


def test_a_survey_is_answered_and_completed() -> None:
    world = make_world(Node("survey", "s"))
    assert "SurveyBlock" in api.render_block(world.session(), UNIT).html
    vote = {"enjoy": "Y", "recommend": "N", "learn": "M"}
    assert post(world, ("survey", "s"), "vote", vote)["success"] is True
    assert completion(world, "survey", "s") == 1.0


def test_drag_and_drop_is_shown_answered_graded_completed_and_kept() -> None:
    block = ("drag-and-drop-v2", "x")
    world = make_world(Node(*block, {"weight": 2.0}, {"data": DRAG_DATA}))
    shown = api.render_block(world.session(), UNIT)
    assert "DragAndDropBlock" in shown.html
    assert shown.needs_globals
    drop = {"val": 0, "zone": "top", "x_percent": "1%", "y_percent": "1%"}
    answer = post(world, block, "drop_item", drop)
    assert answer["correct"] is True
    assert answer["finished"] is True
    assert earned(world) == (2.0, 2.0)
    assert completion(world, *block) == 1.0
    state = world.client().get(world.handler(*block, "student_view_user_state")).json()
    assert state["items"]["0"]["correct"] is True


def test_files_of_a_package_are_served_for_good_and_others_are_not_found() -> None:
    shown = api.render_block(make_world(Node("poll", "p")).session(), UNIT)
    client = Client()
    url = next(item.data for item in shown.resources if item.data.endswith(".js"))
    response = client.get(url)
    assert response.status_code == 200
    response.close()
    assert "immutable" in response["Cache-Control"]
    assert response["Content-Type"].startswith("text/javascript")
    folder = url.partition("public/")[0]
    for bad in ("public/no.js", "html/poll.html", "public/../__init__.py"):
        assert client.get(folder + bad).status_code == 404
