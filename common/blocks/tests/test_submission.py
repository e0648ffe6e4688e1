"""Answers: stored once, on the state that they were made for, with nothing else going on."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import RequestFactory
from django.utils import timezone
from webob import Response
from xblock.core import XBlock
from xblock.fields import Integer, Scope, String

from common.blocks import handling, submission
from common.blocks.models import LearnerBlockState, SharedState, UserField
from common.blocks.tests.factories import World, make_user, make_world
from common.content.tests.factories import Node, problem
from common.core.keys import BlockKey
from common.enrollments.api import enroll, lock_enrollment
from common.grading.models import Score

pytestmark = pytest.mark.django_db(transaction=True)


class CountingBlock(XBlock):
    """Counts presses in every scope that learners have."""

    has_score = True
    presses = Integer(default=0, scope=Scope.user_state)
    everywhere = Integer(default=0, scope=Scope.preferences)
    greeting = String(default="", scope=Scope.user_info)
    total = Integer(default=0, scope=Scope.user_state_summary)
    meanwhile: Any = None

    @XBlock.handler
    def press(self, request: Any, suffix: str = "") -> Response:
        self.presses += 1
        if type(self).meanwhile:
            type(self).meanwhile()
        self.runtime.publish(self, "grade", {"value": self.presses, "max_value": 10})
        return Response(str(self.presses))

    @XBlock.handler
    def press_all(self, request: Any, suffix: str = "") -> Response:
        self.everywhere += 1
        self.greeting = "hello"
        self.total += 1
        return Response(f"{self.everywhere} {self.total}")

    @XBlock.handler
    def fail(self, request: Any, suffix: str = "") -> Response:
        self.presses = 99
        self.runtime.publish(self, "grade", {"value": 1, "max_value": 1})
        self.save()
        raise RuntimeError("boom")

    @XBlock.handler
    def forget(self, request: Any, suffix: str = "") -> Response:
        del self.everywhere
        return Response("gone")

    @XBlock.handler
    def in_transaction(self, request: Any, suffix: str = "") -> Response:
        self.presses += 1
        return Response(str(connection.in_atomic_block))


KEY = BlockKey("counting", "b")


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(CountingBlock, "meanwhile", None)
    load = XBlock.load_class

    def load_class(identifier: str, *args: Any, **kwargs: Any) -> Any:
        return CountingBlock if identifier == "counting" else load(identifier, *args, **kwargs)

    monkeypatch.setattr(XBlock, "load_class", load_class)
    return make_world(Node("counting", "b"), problem("p"))


def press(world: World, name: str = "press", user: Any = None) -> Any:
    return world.client(user).post(world.handler("counting", "b", name))


def state(world: World) -> LearnerBlockState:
    return LearnerBlockState.objects.get(learner=world.learner, block=str(KEY))


def test_state_score_and_completion_are_stored_together(world: World) -> None:
    assert press(world).content == b"1"
    assert press(world).content == b"2"
    row = state(world)
    assert (row.state, row.revision, row.completion) == ('{"presses": 2}', 2, 1.0)
    assert Score.objects.get(learner=world.learner).raw_earned == 2.0


def test_a_handler_runs_with_no_transaction_open(world: World) -> None:
    assert press(world, "in_transaction").content == b"False"


def test_a_changed_state_has_the_handler_run_again_on_the_new_one(world: World) -> None:
    press(world)
    runs = []

    def another_press() -> None:
        runs.append(1)
        if len(runs) == 1:
            LearnerBlockState.objects.update(state='{"presses": 10}', revision=7)

    CountingBlock.meanwhile = staticmethod(another_press)
    assert press(world).content == b"11"
    assert len(runs) == 2
    assert (state(world).state, state(world).revision) == ('{"presses": 11}', 8)
    assert Score.objects.get(learner=world.learner).raw_earned == 10.0 + 1


def test_a_row_that_appears_meanwhile_is_noticed(world: World) -> None:
    def first_time() -> None:
        LearnerBlockState.objects.get_or_create(
            run_id=world.context().run.id,
            learner=world.learner,
            block=str(KEY),
            defaults={"state": '{"presses": 5}', "changed_at": timezone.now()},
        )

    CountingBlock.meanwhile = staticmethod(first_time)
    assert press(world).content == b"6"


def test_after_five_meetings_the_learner_is_told_and_nothing_is_stored(world: World) -> None:
    press(world)

    def always() -> None:
        row = state(world)
        LearnerBlockState.objects.update(revision=row.revision + 1)

    CountingBlock.meanwhile = staticmethod(always)
    answer = press(world)
    assert answer.status_code == 409
    assert answer.json()["error_code"] == "block_busy"
    assert state(world).state == '{"presses": 1}'


def test_a_handler_that_fails_stores_nothing(world: World) -> None:
    answer = press(world, "fail")
    assert answer.status_code == 500
    assert "boom" not in answer.json()["developer_message"]
    assert not LearnerBlockState.objects.exists()
    assert not Score.objects.exists()


def test_personal_and_shared_scopes_are_kept_where_they_belong(world: World) -> None:
    other = make_user()
    enroll(world.course_key, other, now=timezone.now(), check=False)
    assert press(world, "press_all").content == b"1 1"
    assert press(world, "press_all", other).content == b"1 2"
    assert press(world, "press_all").content == b"2 3"
    assert SharedState.objects.get().state == '{"total": 3}'
    mine = UserField.objects.filter(learner=world.learner)
    assert {(row.block_type, row.field, row.value) for row in mine} == {
        ("counting", "everywhere", "2"),
        ("", "greeting", '"hello"'),
    }
    press(world, "forget")
    assert not UserField.objects.filter(learner=world.learner, field="everywhere").exists()


def test_a_shared_state_that_changed_has_the_handler_run_again(world: World) -> None:
    press(world, "press_all")
    session = world.session()
    request = RequestFactory().post("/")
    runs = []
    work = handling._call

    def meet(*args: Any) -> Any:
        runs.append(1)
        answer = work(*args)
        if len(runs) == 1:
            SharedState.objects.update(state='{"total": 50}', revision=9)
        return answer

    submission.run(session, lambda s: meet(s, KEY, "press_all", "", request))
    assert len(runs) == 2
    assert SharedState.objects.get().state == '{"total": 51}'


def test_staff_without_enrollment_try_out_and_nothing_counts(world: World) -> None:
    staff, other = make_user("staff", is_staff=True), make_user("other", is_staff=True)
    assert press(world, "press", staff).content == b"1"
    assert press(world, "press", staff).content == b"2"
    assert press(world, "press", other).content == b"1"
    assert not LearnerBlockState.objects.exists()
    assert not Score.objects.exists()


def test_who_is_not_enrolled_may_not_answer(world: World) -> None:
    answer = press(world, "press", make_user())
    assert answer.status_code == 403
    assert answer.json()["error_code"]


@pytest.mark.parametrize(
    ("error", "status", "runs"),
    [
        pytest.param(OperationalError(1213, "Deadlock found"), 200, 2, id="deadlock: run again"),
        pytest.param(OperationalError(2006, "gone away"), 503, 1, id="gone: come back later"),
    ],
)
def test_a_database_that_gives_up(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, runs: int
) -> None:
    seen = []
    lock = lock_enrollment

    def fail_once(*args: Any) -> Any:
        seen.append(1)
        if len(seen) == 1:
            raise error
        return lock(*args)

    monkeypatch.setattr(submission, "lock_enrollment", fail_once)
    assert press(world).status_code == status
    assert len(seen) == runs
    assert LearnerBlockState.objects.count() == (1 if status == 200 else 0)
