"""What changes between the moment a learner sees a problem and the moment the answer is stored.

Each test ends with what a learner, a teacher and the event log may rely on: nothing half written,
nothing counted twice, nothing stored for what is no longer theirs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from common.blocks import submission
from common.blocks.models import LearnerBlockState
from common.blocks.session import BlockSession
from common.blocks.tests.factories import World, make_user, make_world
from common.content.api import apply_operations, get_heads, publish
from common.content.data import Block
from common.content.operations import AddBlock, DeleteBlock, SetFields
from common.content.tests.factories import Node, problem, section, subsection, unit
from common.core.keys import BlockKey
from common.courses.api import assign_group, get_run
from common.enrollments.api import enroll, get_learner_context, unenroll
from common.grading.api import find_stored_grade, get_course_grade
from common.grading.models import Score
from common.grading.restamp import KIND
from common.grading.tests.factories import outline_of
from common.tasks.api import find_jobs, run_job
from common.tracking.models import OutboxEvent

pytestmark = pytest.mark.django_db

P = BlockKey("problem", "p")
POLICY = {
    "GRADER": [{"type": "Homework", "min_count": 0, "drop_count": 0, "weight": 1}],
    "GRADE_CUTOFFS": {"Pass": 0.5},
}
RIGHT, WRONG = "choice_0", "choice_1"
COHORTS = [
    {"id": 1, "name": "C", "scheme": "cohort", "groups": [{"id": n, "name": "G"} for n in (1, 2)]}
]


@pytest.fixture
def world() -> World:
    return make_world(problem("p"), problem("other"), policy=POLICY)


def answer(
    world: World, choice: str = RIGHT, *, name: str = "p", user: Any = None, **form: Any
) -> Any:
    """Send an answer as the page's script does."""
    url = world.handler("problem", name, "problem_check")
    return world.client(user).post(url, {f"input_{name}_2_1": choice, **form})


def in_the_middle(monkeypatch: pytest.MonkeyPatch, action: Callable[[], object]) -> None:
    """Have something happen once, after the answer is graded and before it is stored."""
    store, pending = submission.commit, [action]

    def commit(session: BlockSession) -> None:
        if pending:
            pending.pop()()
        store(session)

    monkeypatch.setattr(submission, "commit", commit)


def change(world: World, *operations: Any) -> None:
    """Edit and publish."""
    apply_operations(world.course_key, list(operations), author_id=None, message="")
    publish(world.course_key, author_id=None, message="")


def stored_percent(world: World) -> float | None:
    found = find_stored_grade(get_run(world.course_key).id, world.learner.pk)
    return None if found is None else found.percent


def shown_percent(world: World) -> float:
    context = get_learner_context(world.course_key, world.learner)
    view = get_course_grade(
        context.run, world.learner.pk, outline_of(context), context.viewer, timezone.now()
    )
    return view.percent


def regrade(world: World) -> None:
    """Run the jobs that bring stored grades up to date."""
    for job in find_jobs(kinds=[KIND]):
        if not job.state.is_final:
            run_job(job.id)


def state_of(world: World, name: str = "p") -> dict[str, Any]:
    row = LearnerBlockState.objects.get(learner=world.learner, block=f"problem@{name}")
    return dict(json.loads(row.state))


def nothing_is_stored() -> bool:
    rows = (LearnerBlockState.objects, Score.objects)
    kinds = {
        json.loads(line)["event_type"]
        for line in OutboxEvent.objects.values_list("line", flat=True)
    }
    return not any(manager.exists() for manager in rows) and "problem_check" not in kinds


def test_a_form_that_is_sent_twice_counts_once(world: World) -> None:
    first = answer(world, RIGHT, attempt="0")
    events = OutboxEvent.objects.count()

    second = answer(world, WRONG, attempt="0")

    assert (first.status_code, second.status_code) == (200, 200)
    assert state_of(world)["attempts"] == 1
    assert Score.objects.get(learner=world.learner).raw_earned == 1
    assert OutboxEvent.objects.count() == events


def test_the_next_attempt_counts(world: World) -> None:
    answer(world, RIGHT, attempt="0")
    answer(world, WRONG, attempt="1")

    assert state_of(world)["attempts"] == 2
    assert Score.objects.get(learner=world.learner).raw_earned == 0


def test_staff_without_enrollment_try_a_problem_and_leave_no_trace(world: World) -> None:
    teacher = make_user("teacher", is_staff=True)

    reply = answer(world, user=teacher)

    assert reply.status_code == 200
    assert nothing_is_stored()
    assert find_stored_grade(get_run(world.course_key).id, teacher.pk) is None


def test_enrolled_staff_are_graded_as_learners_are(world: World) -> None:
    teacher = make_user("teacher", is_staff=True)
    enroll(world.course_key, teacher, now=timezone.now(), check=False)

    answer(world, user=teacher)

    assert Score.objects.get(learner=teacher).raw_earned == 1


def test_who_leaves_while_answering_is_told_so_and_nothing_is_stored(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_the_middle(
        monkeypatch, lambda: unenroll(world.course_key, world.learner, now=timezone.now())
    )

    reply = answer(world)

    assert reply.status_code == 403
    assert reply.json()["user_message"]
    assert nothing_is_stored()


def test_who_left_and_came_back_finds_the_answer_again(world: World) -> None:
    answer(world)
    unenroll(world.course_key, world.learner, now=timezone.now())
    assert answer(world).status_code in {403, 404}

    enroll(world.course_key, world.learner, now=timezone.now())

    assert state_of(world)["attempts"] == 1
    assert shown_percent(world) == 0.5


@pytest.mark.parametrize(
    "operation",
    [
        pytest.param(DeleteBlock(P), id="deleted"),
        pytest.param(SetFields(P, {"visible_to_staff_only": True}), id="for staff only"),
        pytest.param(SetFields(P, {"start": "2100-01-01T00:00:00Z"}), id="opens later"),
        pytest.param(
            SetFields(BlockKey("sequential", "s"), {"visible_to_staff_only": True}),
            id="its subsection hidden",
        ),
    ],
)
def test_a_problem_that_went_away_since_it_was_shown_takes_no_answer(
    world: World, operation: Any
) -> None:
    change(world, operation)

    assert answer(world).status_code in {403, 404}
    assert nothing_is_stored()


def test_an_answer_that_a_deletion_overtook_is_kept_and_counts_no_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was given in time: the score stays, should the problem come back."""
    in_the_middle(monkeypatch, lambda: change(world, DeleteBlock(P)))

    assert answer(world).status_code == 200
    regrade(world)

    assert Score.objects.get(learner=world.learner).raw_earned == 1
    assert stored_percent(world) == shown_percent(world) == 0
    change(world, AddBlock(BlockKey("vertical", "u"), Block(key=P)))
    regrade(world)
    assert state_of(world)["attempts"] == 1


def test_a_publish_in_the_middle_leaves_no_stale_grade(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor when the publish's own job is done with the learner before the answer is stored."""
    before = get_heads(world.course_key).published
    answer(world, WRONG, name="other")

    def publish_and_regrade() -> None:
        change(world, SetFields(P, {"weight": 3}))
        regrade(world)

    in_the_middle(monkeypatch, publish_and_regrade)

    answer(world)

    assert Score.objects.get(learner=world.learner, block=str(P)).version == before
    regrade(world)
    assert stored_percent(world) == shown_percent(world) == 0.75


def test_a_weight_that_is_published_later_needs_no_new_answer(world: World) -> None:
    """The score keeps the version that it was graded against; the grade takes today's weight."""
    answer(world)
    graded_against = Score.objects.get(learner=world.learner).version

    change(world, SetFields(P, {"weight": 3}))
    regrade(world)

    score = Score.objects.get(learner=world.learner)
    assert (score.raw_earned, score.raw_possible, score.version) == (1, 1, graded_against)
    assert stored_percent(world) == shown_percent(world) == 0.75


def test_a_problem_that_moves_takes_its_score_along() -> None:
    sections = [
        section(
            "c",
            subsection("s", unit("u", problem("p"), problem("q")), graded=True, format="Homework"),
            subsection("t", unit("v"), graded=True, format="Homework"),
        )
    ]
    world = make_world(sections=sections, policy=POLICY)
    answer(world)
    assert stored_percent(world) == 0.5

    change(world, DeleteBlock(P))
    change(world, AddBlock(BlockKey("vertical", "v"), Block(key=P, settings={"weight": 1})))
    regrade(world)

    # Homework 1: 0 of 1; homework 2: what the score of the moved problem says.
    assert stored_percent(world) == shown_percent(world) == 0.5


def test_a_lowered_number_of_attempts_closes_the_problem_and_keeps_the_score(world: World) -> None:
    answer(world, RIGHT)
    answer(world, RIGHT)
    change(world, SetFields(P, {"max_attempts": 1}))

    answer(world, WRONG)

    assert state_of(world)["attempts"] == 2
    assert Score.objects.get(learner=world.learner).raw_earned == 1


def due_world(due: Any, **settings: Any) -> World:
    inner = subsection(
        "s",
        unit("u", problem("p")),
        graded=True,
        format="Homework",
        due=due.isoformat(),
        **settings,
    )
    return make_world(sections=[section("c", inner)], policy=POLICY)


@pytest.mark.parametrize(
    ("ago", "settings", "taken"),
    [
        pytest.param(-60, {}, True, id="before the due date"),
        pytest.param(60, {}, False, id="after it"),
        pytest.param(60, {"graceperiod": "1 hours"}, True, id="after it, in grace"),
    ],
)
def test_the_due_date_closes_a_problem(ago: int, settings: Any, taken: bool) -> None:
    world = due_world(timezone.now() - timedelta(seconds=ago), **settings)

    answer(world)

    assert Score.objects.filter(learner=world.learner).exists() is taken


def test_an_answer_that_came_in_time_counts_however_long_its_storing_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = due_world(timezone.now() + timedelta(minutes=1))
    real = timezone.now

    def time_passes() -> None:
        monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(minutes=5))

    in_the_middle(monkeypatch, time_passes)
    answer(world)

    assert Score.objects.get(learner=world.learner).raw_earned == 1


def test_who_is_moved_out_of_the_group_in_the_middle_stores_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The handler runs again as what the learner is now, and the problem is not theirs."""
    world = make_world(
        problem("p", group_access={"1": [1]}),
        problem("q"),
        policy=POLICY,
        settings={"user_partitions": COHORTS},
    )
    place = {"run_id": get_run(world.course_key).id, "learner_id": world.learner.pk}
    assign_group(**place, partition_id=1, group_id=1, now=timezone.now())
    in_the_middle(
        monkeypatch,
        lambda: assign_group(**place, partition_id=1, group_id=2, now=timezone.now()),
    )

    assert answer(world).status_code in {403, 404}
    assert nothing_is_stored()


def test_who_is_moved_elsewhere_in_the_middle_is_graded_as_what_they_are_now(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = make_world(
        problem("p"),
        problem("q", group_access={"1": [2]}),
        policy=POLICY,
        settings={"user_partitions": COHORTS},
    )
    place = {"run_id": get_run(world.course_key).id, "learner_id": world.learner.pk}
    in_the_middle(
        monkeypatch,
        lambda: assign_group(**place, partition_id=1, group_id=2, now=timezone.now()),
    )

    assert answer(world).status_code == 200
    assert stored_percent(world) == shown_percent(world) == 0.5
    assert state_of(world)["attempts"] == 1


def test_a_reset_publishes_nothing_earned_and_keeps_the_attempts() -> None:
    world = make_world(problem("p", show_reset_button=True), policy=POLICY)
    answer(world, WRONG)
    answer(world, WRONG)

    world.client().post(world.handler("problem", "p", "problem_reset"))

    score = Score.objects.get(learner=world.learner)
    assert (score.raw_earned, score.raw_possible) == (0, 1)
    assert state_of(world)["attempts"] == 2
    assert stored_percent(world) == 0


def test_the_progress_page_shows_the_grade_at_once() -> None:
    world = make_world(*(problem(name) for name in ("p", "q", "r")), policy=POLICY)
    client, page = world.client(), f"/courses/{world.course_key}/progress/"
    before = client.get(page).content.decode()

    answer(world)
    after = client.get(page).content.decode()

    grade = re.compile(r"\b33\s*%")
    assert not grade.search(before)
    assert grade.search(after)


def test_a_problem_of_a_library_that_was_not_drawn_takes_no_answer() -> None:
    library = Node(
        "library_content", "lib", {"max_count": 1}, children=[problem(f"p{n}") for n in range(3)]
    )
    world = make_world(library, policy=POLICY)

    replies = [answer(world, name=f"p{n}").status_code for n in range(3)]

    assert sorted(status == 200 for status in replies) == [False, False, True]
    assert Score.objects.filter(learner=world.learner).count() == 1
