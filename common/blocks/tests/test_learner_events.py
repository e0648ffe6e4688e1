"""The events of a learner's work carry the fields that readers of logs expect, no fewer.

Names and keys: reference analytics, section 2.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from common.blocks.api import rescore
from common.blocks.tests.factories import UNIT, World, make_user, make_world
from common.content.tests.factories import problem
from common.core.keys import BlockKey, usage_key
from common.enrollments.api import enroll, unenroll
from common.tracking.models import OutboxEvent
from common.tracking.reader import event_files, iter_events

pytestmark = pytest.mark.django_db

HINTED = """<problem><multiplechoiceresponse><label>Which?</label><choicegroup>
<choice correct="true">right<choicehint>Well done</choicehint></choice>
<choice correct="false">wrong</choice></choicegroup></multiplechoiceresponse>
<demandhint><hint>Think</hint></demandhint></problem>"""
STATE = {"seed", "done", "correct_map", "student_answers", "input_state"}


@pytest.fixture
def world() -> World:
    return make_world(problem("p", HINTED, showanswer="always", show_reset_button=True))


def send(world: World, handler: str, data: Any = None, **options: Any) -> None:
    url = world.handler("problem", "p", handler)
    reply = world.client().post(url, data or {"input_p_2_1": "choice_0"}, **options)
    assert reply.status_code == 200, reply.content


@pytest.fixture(autouse=True)
def _own_log(settings: Any, tmp_path: Path) -> None:
    settings.EVENTS_DIR = tmp_path


def last(event_type: str) -> dict[str, Any]:
    """Return the last event of a type: of those stored with a change, and of the others."""
    stored = map(json.loads, OutboxEvent.objects.order_by("id").values_list("line", flat=True))
    files = event_files(Path(settings.EVENTS_DIR))
    events = [*stored, *(event for path in files for event in iter_events(path) if event)]
    found = [event for event in events if event["event_type"] == event_type]
    assert found, [event["event_type"] for event in events]
    return dict(found[-1])


def test_problem_check(world: World) -> None:
    send(world, "problem_check")

    event = last("problem_check")
    payload = event["event"]
    usage = str(world.usage("problem", "p"))
    assert (event["event_source"], event["page"]) == ("server", "x_module")
    assert event["context"]["module"]["usage_key"] == usage
    assert event["context"]["course_id"] == str(world.course_key)
    assert set(payload) == {
        "problem_id",
        "attempts",
        "grade",
        "max_grade",
        "success",
        "answers",
        "correct_map",
        "submission",
        "state",
    }
    assert (payload["problem_id"], payload["success"]) == (usage, "correct")
    assert (payload["attempts"], payload["grade"], payload["max_grade"]) == (1, 1, 1)
    assert payload["answers"] == {"p_2_1": "choice_0"}
    assert set(payload["state"]) >= STATE
    assert set(payload["correct_map"]["p_2_1"]) >= {
        "correctness",
        "hint",
        "hintmode",
        "msg",
        "npoints",
        "queuestate",
    }
    assert payload["submission"]["p_2_1"].keys() >= {
        "answer",
        "question",
        "response_type",
        "input_type",
        "correct",
        "variant",
        "group_label",
    }
    assert payload["submission"]["p_2_1"]["correct"] is True


def test_feedback_and_hints(world: World) -> None:
    send(world, "problem_check")
    send(world, "hint_button", '{"hint_index": 0}', content_type="application/json")

    assert last("edx.problem.hint.feedback_displayed")["event"].keys() >= {
        "module_id",
        "problem_part_id",
        "question_type",
        "student_answer",
        "correctness",
        "hints",
        "hint_label",
        "trigger_type",
    }
    assert last("edx.problem.hint.demandhint_displayed")["event"] == {
        "module_id": str(world.usage("problem", "p")),
        "hint_index": 0,
        "hint_len": 1,
        "hint_text": "Think",
    }


def test_save_reset_and_show(world: World) -> None:
    send(world, "problem_save")
    assert set(last("save_problem_success")["event"]) >= {"answers", "state"}
    send(world, "problem_show")
    assert last("showanswer")["event"] == {"problem_id": str(world.usage("problem", "p"))}
    send(world, "problem_check", {"input_p_2_1": "choice_1"})
    send(world, "problem_reset")
    reset = last("reset_problem")["event"]
    assert set(reset["old_state"]) >= STATE
    assert set(reset["new_state"]) >= STATE


def test_refused_answers(world: World) -> None:
    closed = make_world(problem("p", max_attempts=1))
    for _ in range(2):
        send(closed, "problem_check")

    payload = last("problem_check_fail")["event"]
    assert payload["failure"] == "closed"
    assert set(payload) >= {"problem_id", "answers", "state"}


@pytest.mark.parametrize(
    ("block", "failure"),
    [
        pytest.param(BlockKey("problem", "p"), "unanswered", id="unanswered"),
        pytest.param(UNIT, "unsupported", id="not scored at all"),
    ],
)
def test_a_rescoring_that_fails(world: World, block: BlockKey, failure: str) -> None:
    with pytest.raises((TypeError, ValueError)):
        rescore(world.session(), block, only_if_higher=False)
    event = last("problem_rescore_fail")
    assert event["username"] == world.learner.username
    assert event["event"] == {
        "problem_id": str(usage_key(world.course_key, block)),
        "student": world.learner.username,
        "failure": failure,
    }


def test_enrollment() -> None:
    world, person = make_world(problem("p")), make_user()
    place = {"course_id": str(world.course_key), "user_id": person.pk}
    enroll(world.course_key, person, now=timezone.now())
    assert last("edx.course.enrollment.activated")["event"] == {**place, "mode": "audit"}
    enroll(world.course_key, person, now=timezone.now(), mode="verified", check=False)
    assert last("edx.course.enrollment.mode_changed")["event"] == {**place, "mode": "verified"}
    unenroll(world.course_key, person, now=timezone.now())
    left = last("edx.course.enrollment.deactivated")
    assert left["event"] == {**place, "mode": "verified"}
    assert left["context"]["course_id"] == str(world.course_key)
