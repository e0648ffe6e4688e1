"""Grades and completion by every route that blocks use (reference: xblock, section 4)."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from django.utils import timezone
from submissions import api as submissions
from xblock.completable import CompletableXBlockMixin
from xblock.core import XBlock
from xblock.fields import Float, Scope
from xblock.scorable import ScorableXBlockMixin, Score

from common.blocks import api, submission
from common.blocks.anonymous import anonymous_id, find_user_id
from common.blocks.models import LearnerBlockState
from common.blocks.tests.factories import UNIT, World, make_user, make_world
from common.content.tests.factories import Node, html
from common.core.keys import BlockKey
from common.enrollments.api import enroll
from common.grading import models as grading

pytestmark = pytest.mark.django_db(transaction=True)


class PlainBlock(XBlock):
    has_score = True


class CustomBlock(CompletableXBlockMixin, XBlock):
    has_score = True


@XBlock.needs("i18n")
class ScorableBlock(ScorableXBlockMixin, XBlock):
    earned = Float(default=0.0, scope=Scope.user_state)

    def has_submitted_answer(self) -> bool:
        return True

    def get_score(self) -> Score:
        return Score(self.earned, 4.0)

    def set_score(self, score: Score) -> None:
        self.earned = score.raw_earned

    def calculate_score(self) -> Score:
        return Score(3.0, 4.0)


TYPES = {"plain": PlainBlock, "custom": CustomBlock, "scorable": ScorableBlock}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    load = XBlock.load_class

    def load_class(identifier: str, *args: Any, **kwargs: Any) -> Any:
        return TYPES.get(identifier) or load(identifier, *args, **kwargs)

    monkeypatch.setattr(XBlock, "load_class", load_class)
    blocks = [Node(name, "b", {"weight": 10.0}) for name in TYPES]
    return make_world(*blocks, html("h"))


def publish(world: World, block_type: str, *events: tuple[str, Any]) -> None:
    def work(session: api.BlockSession) -> None:
        block = session.runtime.get_block(world.usage(block_type, "b"))
        for name, data in events:
            session.runtime.publish(block, name, data)
        block.save()

    submission.run(world.session(), work)


def score(world: World, block_type: str = "plain") -> tuple[float, float] | None:
    row = grading.Score.objects.filter(learner=world.learner, block=f"{block_type}@b").first()
    return (row.raw_earned, row.raw_possible) if row else None


def completion(world: World, block_type: str) -> float | None:
    return api.get_completions(world.context()).get(BlockKey(block_type, "b"))


@pytest.mark.parametrize(
    ("events", "points"),
    [
        pytest.param([{"value": 1, "max_value": 2}], (1.0, 2.0), id="a grade"),
        pytest.param([{"value": "1.5", "max_value": "2"}], (1.5, 2.0), id="numbers as text"),
        pytest.param([{"value": 2, "max_value": 2}, {"value": 1, "max_value": 2}], (1.0, 2.0),
                     id="the last counts"),
        pytest.param([{"value": 2, "max_value": 4},
                      {"value": 1, "max_value": 4, "only_if_higher": True}], (2.0, 4.0),
                     id="only if higher keeps the better"),
        pytest.param([{"value": 1, "max_value": 2}, {"score_deleted": True}], None, id="deleted"),
        pytest.param([{"value": None, "max_value": 2}], None, id="no points"),
        pytest.param([{"value": float("nan"), "max_value": 2}], None, id="not a number"),
        pytest.param([{"value": -1, "max_value": 2}], None, id="negative"),
        pytest.param([{"value": 1e300, "max_value": 2}], None, id="too many to add up"),
        pytest.param([{"value": 1, "max_value": 1e-320}], None, id="of next to nothing"),
        pytest.param(["nonsense"], None, id="no payload"),
    ],
)  # fmt: skip
def test_published_grades(
    world: World, events: list[Any], points: tuple[float, float] | None
) -> None:
    for event in events:
        publish(world, "plain", ("grade", event))
    assert score(world) == points


def test_a_score_that_is_taken_back_and_given_anew_in_one_go_is_kept(world: World) -> None:
    publish(world, "plain", ("grade", {"value": 1, "max_value": 2}))
    publish(
        world,
        "plain",
        ("grade", {"score_deleted": True}),
        ("grade", {"value": 2, "max_value": 2}),
    )
    assert score(world) == (2.0, 2.0)


def test_a_grade_completes_and_its_reset_undoes_that(world: World) -> None:
    publish(world, "plain", ("grade", {"value": 0, "max_value": 2}))
    assert completion(world, "plain") == 1.0
    publish(world, "plain", ("grade", {"score_deleted": True}))
    assert completion(world, "plain") == 0.0


def test_a_block_with_completion_of_its_own_is_not_completed_by_a_grade(world: World) -> None:
    publish(world, "custom", ("grade", {"value": 1, "max_value": 1}), ("progress", {}))
    assert completion(world, "custom") is None
    publish(world, "custom", ("completion", {"completion": 0.5}))
    assert completion(world, "custom") == 0.5


def test_progress_completes_older_blocks(world: World) -> None:
    publish(world, "plain", ("progress", {}))
    assert completion(world, "plain") == 1.0


def test_a_scorable_block_keeps_the_score_that_was_taken_and_can_be_scored_anew(
    world: World,
) -> None:
    publish(world, "scorable", ("grade", {"value": 1, "max_value": 4}))
    assert LearnerBlockState.objects.get(block="scorable@b").state == '{"earned": 1.0}'
    api.rescore(world.session(), BlockKey("scorable", "b"), only_if_higher=False)
    assert score(world, "scorable") == (3.0, 4.0)


def test_unknown_events_are_logged_and_never_raise(world: World) -> None:
    holds_itself: dict[str, Any] = {}
    holds_itself["self"] = holds_itself
    odd = [("odd", None), ("odd", {("a", 1): {2}}), ("odd", holds_itself), ("odd", object())]
    publish(world, "plain", ("edx.done.toggled", {"done": True}), *odd)
    assert score(world) is None
    publish(world, "plain", ("grade", {"value": 1, "max_value": 2}), *odd)
    assert score(world) == (1.0, 2.0)


def student_item(world: World) -> dict[str, str]:
    return {
        "student_id": anonymous_id(world.learner.pk, world.course_key),
        "course_id": str(world.course_key),
        "item_id": str(world.usage("plain", "b")),
        "item_type": "plain",
    }


def test_a_score_of_the_submissions_app_counts_as_it_is_and_takes_precedence(
    world: World,
) -> None:
    handed_in = submissions.create_submission(student_item(world), "my answer")
    submissions.set_score(handed_in["uuid"], 3, 5)
    row = grading.Score.objects.get(learner=world.learner)
    assert (row.raw_earned, row.raw_possible, row.is_weighted) == (3.0, 5.0, True)
    publish(world, "plain", ("grade", {"value": 0, "max_value": 1}))
    assert score(world) == (3.0, 5.0)
    item = student_item(world)
    submissions.reset_score(item["student_id"], item["course_id"], item["item_id"])
    assert score(world) is None


def test_a_score_of_somebody_unknown_is_dropped(world: World) -> None:
    stranger = {**student_item(world), "student_id": "0" * 32}
    handed_in = submissions.create_submission(stranger, "an answer")
    submissions.set_score(handed_in["uuid"], 3, 5)
    assert not grading.Score.objects.exists()


def test_an_lti_tool_scores_through_the_stand_in_signal(world: World) -> None:
    signals = importlib.import_module("lms.djangoapps.grades.api.signals")
    block = world.session().runtime.get_block(world.usage("plain", "b"))
    signals.SCORE_PUBLISHED.send(
        sender=None, block=block, user=world.learner, raw_earned=2, raw_possible=4
    )
    assert score(world) == (2.0, 4.0)


def test_blocks_that_are_complete_once_seen(world: World) -> None:
    rendered = api.render_block(world.session(), UNIT)
    assert [info.key.block_type for info in rendered.blocks if info.on_view] == ["html"]
    url = world.handler("vertical", "u", "publish_completion")
    seen = {"blocks": [str(world.usage("html", "h")), str(world.usage("plain", "b")), "nonsense"]}
    answer = world.client().post(url, seen, content_type="application/json")
    assert answer.json() == {"result": "ok", "completed": ["html@h"]}
    assert completion(world, "plain") is None
    done = api.render_block(world.session(), UNIT)
    assert not any(info.on_view for info in done.blocks)


def test_anonymous_ids_are_stable_apart_by_course_and_read_back(world: World) -> None:
    other = make_world().course_key
    mine = anonymous_id(world.learner.pk, world.course_key)
    assert len(mine) == 32
    assert mine == anonymous_id(world.learner.pk, world.course_key)
    assert mine != anonymous_id(world.learner.pk, other)
    assert find_user_id(mine, world.course_key) == world.learner.pk
    assert find_user_id(mine, other) is None
    assert find_user_id("x" * 32, world.course_key) is None
    second = make_user()
    enroll(world.course_key, second, now=timezone.now(), check=False)
    assert anonymous_id(second.pk, world.course_key) != mine
