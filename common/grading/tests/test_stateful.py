"""Whatever happens to a course and its learners, in any order: stored grades are right.

A stored grade whose stamp is current equals the grade computed from the scores; that equals what
an independent calculation gives; a restamp makes every stamp current; a learner passes for the
first time once.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from common.accounts.api import Role, grant_role, revoke_role
from common.content.api import apply_operations, publish
from common.content.course_operations import SetPolicy
from common.content.data import Block
from common.content.errors import BlockNotFoundError
from common.content.operations import AddBlock, DeleteBlock, SetFields
from common.content.tests.factories import Node, make_course, problem, section, subsection
from common.content.tests.factories import unit as make_unit
from common.core.keys import BlockKey, CourseKey
from common.courses.api import assign_group, remove_group
from common.enrollments.api import LearnerContext, enroll, get_learner_context, unenroll
from common.enrollments.errors import NotEnrolledError
from common.enrollments.tests.factories import make_learner
from common.grading.data import Stamp
from common.grading.gradebook import grade_course, stamp_of
from common.grading.ledger import read_ledger
from common.grading.models import CourseGradeRow, SubsectionGradeRow
from common.grading.restamp import restamp_batch
from common.grading.tests import oracle
from common.grading.tests.factories import NOW, answer, key_of, outline_of
from common.tracking.models import OutboxEvent

_numbers = count(1)
PARTITIONS = [
    {
        "id": number,
        "name": scheme,
        "scheme": scheme,
        "groups": [{"id": 1, "name": "A"}, {"id": 2, "name": "B"}],
    }
    for number, scheme in enumerate(["random", "cohort"])
]
NAMES = ["p0", "p1", "p2", "p3", "pa", "pb", "l0", "l1", "l2", "extra"]
BLOCKS = [
    *(key_of(name) for name in NAMES),
    BlockKey("sequential", "q0"),
    BlockKey("sequential", "q1"),
    BlockKey("vertical", "u1"),
    BlockKey("chapter", "c"),
]
starts = st.sampled_from([None, *(NOW + timedelta(days=days) for days in (-9, 2, 5, 9))])
field_changes = st.one_of(
    st.fixed_dictionaries({"weight": st.sampled_from([None, 0, 1, 2.5, 10])}),
    st.fixed_dictionaries({"graded": st.booleans()}),
    st.fixed_dictionaries({"format": st.sampled_from(["Homework", "Homework", "Exam", None])}),
    st.fixed_dictionaries({"visible_to_staff_only": st.booleans()}),
    st.fixed_dictionaries({"group_access": st.sampled_from([{}, {"1": [1]}, {"1": [1, 2]}])}),
    st.fixed_dictionaries({"days_early_for_beta": st.sampled_from([None, 3])}),
    starts.map(lambda start: {"start": start.isoformat() if start else None}),
)
shares = st.integers(0, 4).map(lambda n: n / 4)
policies = st.builds(
    lambda counts, drops, weight, cutoff: {
        "GRADER": [
            {"type": "Homework", "min_count": counts, "drop_count": drops, "weight": weight},
            {"type": "Exam", "min_count": 0, "drop_count": 0, "weight": 1 - weight},
        ],
        "GRADE_CUTOFFS": {"A": 0.9, "Pass": cutoff},
    },
    st.integers(0, 3),
    st.integers(0, 2),
    shares,
    st.sampled_from([0.1, 0.3, 0.5]),
)
POLICY = {
    "GRADER": [{"type": "Homework", "min_count": 1, "drop_count": 0, "weight": 1}],
    "GRADE_CUTOFFS": {"Pass": 0.3},
}


def make_varied_course() -> CourseKey:
    """Return a course with weights, dates, a split test, a library and cohorts."""
    split = Node(
        "split_test",
        "split",
        {"user_partition_id": 0, "group_id_to_child": {"1": "vertical@va", "2": "vertical@vb"}},
        children=[make_unit("va", problem("pa")), make_unit("vb", problem("pb", weight=3))],
    )
    library = Node(
        "library_content", "lib", {"max_count": 1}, children=[problem(f"l{n}") for n in range(3)]
    )
    graded = {"graded": True, "format": "Homework"}
    later = (NOW + timedelta(days=3)).isoformat()
    return make_course(
        f"course-v1:Any+Order{next(_numbers)}+R",
        sections=[
            section(
                "c",
                subsection("q0", make_unit("u0", problem("p0"), problem("p1", weight=2)), **graded),
                subsection("q1", make_unit("u1", problem("p2"), library), start=later, **graded),
            ),
            section("d", subsection("q2", split, **graded), subsection("q3", problem("p3"))),
        ],
        policy=POLICY,
        settings={"user_partitions": PARTITIONS},
    )


class Grades(RuleBasedStateMachine):
    """Learners, authors, staff and the calendar, each doing what they like."""

    @initialize()
    def start(self) -> None:
        self.course = make_varied_course()
        self.users = [make_learner(self.course) for _ in range(2)]
        self.now = NOW
        self.held: list[tuple[Any, LearnerContext]] = []
        # A grade that any change of what is seen, or of its worth, would move.
        for number, user in enumerate(self.users):
            for place, name in enumerate(NAMES):
                self._answer(user, name, (place + number) % 4)

    people = st.integers(0, 1)

    @rule(
        who=people,
        name=st.sampled_from(NAMES),
        earned=st.integers(0, 3),
        extra=st.sampled_from([{}, {"only_if_higher": True}, {"deleted": True}]),
    )
    def submit(self, who: int, name: str, earned: int, extra: dict[str, Any]) -> None:
        self._answer(self.users[who], name, earned, **extra)

    @rule(who=people)
    def open_a_page(self, who: int) -> None:
        """Begin a submission that will be finished on an old version and old groups."""
        self.held.append((self.users[who], get_learner_context(self.course, self.users[who])))

    @rule(name=st.sampled_from(NAMES), earned=st.integers(0, 3))
    def submit_late(self, name: str, earned: int) -> None:
        if self.held:
            user, context = self.held.pop(0)
            self._answer(user, name, earned, context=context)

    def _answer(self, user: Any, name: str, earned: int, **options: Any) -> None:
        try:
            answer(self.course, user, name, earned, 3, now=self.now, **options)
        except NotEnrolledError:
            assert not get_learner_context(self.course, user).viewer.is_enrolled

    @rule(block=st.sampled_from(BLOCKS), fields=field_changes, goes_out=st.booleans())
    def edit(self, block: BlockKey, fields: dict[str, Any], goes_out: bool) -> None:
        self._apply(SetFields(block, fields))
        if goes_out:
            self.publish()

    @rule(policy=policies)
    def edit_policy(self, policy: dict[str, Any]) -> None:
        self._apply(SetPolicy(policy))

    @rule()
    def add_or_delete_a_problem(self) -> None:
        extra = key_of("extra")
        if not self._apply(DeleteBlock(extra)):
            self._apply(AddBlock(BlockKey("vertical", "u0"), Block(key=extra)))
        self.publish()

    @rule()
    def publish(self) -> None:
        publish(self.course, author_id=None, message="Published by a test")

    def _apply(self, operation: Any) -> bool:
        try:
            apply_operations(self.course, [operation], author_id=None, message="Test")
        except BlockNotFoundError:
            return False
        return True

    @rule(who=people, partition=st.integers(0, 1), group=st.sampled_from([None, 1, 2]))
    def move_group(self, who: int, partition: int, group: int | None) -> None:
        place: dict[str, Any] = {
            "run_id": self._run_id(),
            "learner_id": self.users[who].pk,
            "partition_id": partition,
        }
        if group is None:
            remove_group(**place)
        else:
            assign_group(**place, group_id=group, now=self.now)

    @rule(who=people, role=st.sampled_from([Role.BETA_TESTER, Role.STAFF]), gives=st.booleans())
    def change_role(self, who: int, role: Role, gives: bool) -> None:
        change = grant_role if gives else revoke_role
        change(user_id=self.users[who].pk, role=role, course_key=self.course)

    @rule(who=people, mode=st.sampled_from(["audit", "verified"]))
    def leave_or_join(self, who: int, mode: str) -> None:
        user = self.users[who]
        if get_learner_context(self.course, user).viewer.is_enrolled:
            unenroll(self.course, user, now=self.now)
        else:
            enroll(self.course, user, now=self.now, mode=mode, check=False)

    @rule(hours=st.sampled_from([1, 30, 100]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def restamp(self) -> None:
        restamp_batch(self.course, after=0, now=self.now)

        for row in CourseGradeRow.objects.filter(run_id=self._run_id()):
            assert self._is_current(row, self._context(row.learner_id))

    def _run_id(self) -> int:
        return get_learner_context(self.course, self.users[0]).run.id

    def _context(self, learner_id: int) -> LearnerContext:
        user = get_user_model()._default_manager.get(pk=learner_id)
        return get_learner_context(self.course, user)

    def _is_current(self, row: Any, context: LearnerContext) -> bool:
        stamp = Stamp(row.version, row.audience, row.valid_from, row.valid_until)
        return stamp.holds(stamp_of(outline_of(context), context.viewer, self.now), self.now)

    @invariant()
    def stored_grades_are_right(self) -> None:
        for user in getattr(self, "users", ()):
            context = get_learner_context(self.course, user)
            check_learner(context, self.now, self._is_current)

    @invariant()
    def nobody_passes_first_twice(self) -> None:
        if hasattr(self, "course"):
            check_first_passes(self.course)


def check_learner(context: LearnerContext, now: datetime, is_current: Any) -> None:
    """Check what is stored for a learner against two calculations from the scores."""
    outline, viewer = outline_of(context), context.viewer
    assert viewer.user_id is not None
    ledger = read_ledger(context.run.id, viewer.user_id)
    view = grade_course(outline, viewer, ledger.scores, now)
    if not viewer.is_staff and viewer.is_enrolled:
        expected = oracle.course_total(outline, viewer, ledger.scores, outline.policy, now)
        assert view.unrounded == pytest.approx(float(expected), abs=oracle.TOLERANCE)
    place = {"run_id": context.run.id, "learner_id": viewer.user_id}
    for course in CourseGradeRow.objects.filter(**place):
        if is_current(course, context):
            stored = (course.percent, course.letter, course.is_passing)
            assert stored == (view.percent, view.letter, view.is_passing)
    grades = {str(grade.key): grade for grade in view.subsections}
    for row in SubsectionGradeRow.objects.filter(**place):
        if is_current(row, context) and row.block in grades:
            grade = grades[row.block]
            assert (row.earned, row.possible) == (grade.total.earned, grade.total.possible)
            assert row.graded_earned == grade.graded_total.earned
            assert row.graded_possible == grade.graded_total.possible


def check_first_passes(course: CourseKey) -> None:
    """Check that each learner with ``passed_at`` passed for the first time once, and no other."""
    events = map(json.loads, OutboxEvent.objects.values_list("line", flat=True))
    passes = Counter(
        event["event"]["user_id"]
        for event in events
        if event["event_type"] == "edx.course.grade.passed.first_time"
        and event["event"]["course_id"] == str(course)
    )
    passed = CourseGradeRow.objects.filter(
        run__head__course_key=str(course), passed_at__isnull=False
    ).values_list("learner_id", flat=True)
    assert passes == Counter(list(passed))


@pytest.mark.django_db
@pytest.mark.timeout(600)
def test_stored_grades_are_right_whatever_happens() -> None:
    run_state_machine_as_test(
        Grades,
        settings=settings(
            max_examples=max(5, settings().max_examples // 8),
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
