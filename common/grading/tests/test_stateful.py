"""Whatever happens to a course and its learners, in any order: stored grades are right.

A stored grade whose stamp is current equals the grade computed from the scores; that equals what
an independent calculation gives; a restamp makes every stamp current; a learner passes for the
first time once.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
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
from common.core.keys import BlockKey, usage_key
from common.courses.api import assign_group, remove_group
from common.enrollments.api import LearnerContext, enroll, get_learner_context, unenroll
from common.enrollments.errors import NotEnrolledError
from common.enrollments.tests.factories import make_learner
from common.grading.models import CourseGradeRow
from common.grading.restamp import restamp_batch
from common.grading.tests.checks import (
    check_first_passes,
    check_learner,
    is_current,
    make_varied_course,
)
from common.grading.tests.factories import NOW, answer, key_of

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

    @rule(who=people, name=st.sampled_from(["p0", "p2", "pa", "l1"]), choice=st.integers(0, 1))
    def submit_in_a_browser(self, who: int, name: str, choice: int) -> None:
        """Answer through the site: its rules decide whether the answer is taken."""
        client = Client()
        client.force_login(self.users[who])
        usage = usage_key(self.course, key_of(name))
        url = f"/courses/{self.course}/xblock/{usage}/handler/problem_check"
        response = client.post(url, {f"input_{name}_2_1": f"choice_{choice}"})
        assert response.status_code in {200, 403, 404}

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
            assert is_current(row, self._context(row.learner_id), self.now)

    def _run_id(self) -> int:
        return get_learner_context(self.course, self.users[0]).run.id

    def _context(self, learner_id: int) -> LearnerContext:
        user = get_user_model()._default_manager.get(pk=learner_id)
        return get_learner_context(self.course, user)

    @invariant()
    def stored_grades_are_right(self) -> None:
        for user in getattr(self, "users", ()):
            context = get_learner_context(self.course, user)
            check_learner(context, self.now)

    @invariant()
    def nobody_passes_first_twice(self) -> None:
        if hasattr(self, "course"):
            check_first_passes(self.course)


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
