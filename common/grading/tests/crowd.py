"""A process among several that answer, author, move groups and regrade in one course.

``python -m common.grading.tests.crowd seed`` makes the course and prints its key;
``... act COURSE SEED STEPS`` does random things and prints the last score that was acknowledged
for each learner and problem; ``... check COURSE`` checks every stored grade. Any error, a
deadlock too, ends the process.
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "lms.settings"
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402 # after django.setup
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402

from common.content.api import apply_operations, publish  # noqa: E402
from common.content.course_operations import SetPolicy  # noqa: E402
from common.content.errors import EditConflictError  # noqa: E402
from common.content.operations import SetFields  # noqa: E402
from common.core.keys import CourseKey, parse_course_key, usage_key  # noqa: E402
from common.courses.api import assign_group, get_run  # noqa: E402
from common.enrollments.api import get_learner_context  # noqa: E402
from common.enrollments.tests.factories import make_learner  # noqa: E402
from common.grading.models import CourseGradeRow, Score  # noqa: E402
from common.grading.restamp import restamp_batch  # noqa: E402
from common.grading.tests.checks import (  # noqa: E402
    check_first_passes,
    check_learner,
    is_current,
    make_varied_course,
)
from common.grading.tests.factories import NOW, answer, key_of, outline_of  # noqa: E402

LEARNERS = 3
ANSWERED = ["p0", "p1", "p2", "pa", "pb", "l0"]
# Answered through the site, as a browser does; the others through the door of grading.
IN_BROWSER = "p3"


class Member:
    """One process of the crowd, with a calendar and dice of its own."""

    def __init__(self, course: CourseKey, seed: int) -> None:
        self.course = course
        self.seed = seed
        self.random = random.Random(seed)
        self.users = list(get_user_model()._default_manager.order_by("pk"))
        self.now = NOW
        self.acknowledged: dict[str, float] = {}
        self.clients: dict[int, Client] = {}

    def act(self, step: int) -> None:
        """Do one random thing."""
        actions: list[tuple[Callable[[int], None], int]] = [
            (self.submit, 12),
            (self.submit_in_browser, 2),
            (self.edit, 2),
            (self.edit_policy, 1),
            (self.move_group, 2),
            (self.restamp, 1),
            (self.pass_time, 2),
        ]
        chosen = self.random.choices([a for a, _ in actions], [weight for _, weight in actions])
        chosen[0](step)

    def submit(self, step: int) -> None:
        user, name = self.random.choice(self.users), self.random.choice(ANSWERED)
        # A value of its own, so that the one that is stored tells whose it is.
        earned = (self.seed * 1000 + step) / 10_000
        answer(self.course, user, name, earned, 1, now=self.now)
        self.acknowledged[f"{user.pk} {name}"] = earned

    def submit_in_browser(self, step: int) -> None:
        user = self.random.choice(self.users)
        client = self.clients.setdefault(user.pk, Client(SERVER_NAME="localhost"))
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        usage = usage_key(self.course, key_of(IN_BROWSER))
        url = f"/courses/{self.course}/xblock/{usage}/handler/problem_check"
        response = client.post(url, {f"input_{IN_BROWSER}_2_1": "choice_0"})
        assert response.status_code in {200, 403, 404, 409, 503}, response.content[:500]

    def edit(self, step: int) -> None:
        key = key_of(self.random.choice(ANSWERED))
        fields = [{"weight": n} for n in (1, 2, 5)]
        fields += [{"visible_to_staff_only": hidden} for hidden in (True, False)]
        self._apply(SetFields(key, self.random.choice(fields)))
        publish(self.course, author_id=None, message="Published by a crowd")

    def edit_policy(self, step: int) -> None:
        kind = {"type": "Homework", "min_count": 1, "weight": 1}
        drops, cutoff = self.random.randint(0, 1), self.random.choice([0.1, 0.4])
        self._apply(
            SetPolicy(
                {"GRADER": [{**kind, "drop_count": drops}], "GRADE_CUTOFFS": {"Pass": cutoff}}
            )
        )

    def _apply(self, operation: Any) -> None:
        # When another author was first, this one is told so: not this test's matter.
        with suppress(EditConflictError):
            apply_operations(self.course, [operation], author_id=None, message="Crowd")

    def move_group(self, step: int) -> None:
        assign_group(
            run_id=get_run(self.course).id,
            learner_id=self.random.choice(self.users).pk,
            partition_id=self.random.randint(0, 1),
            group_id=self.random.randint(1, 2),
            now=self.now,
        )

    def restamp(self, step: int) -> None:
        restamp_batch(self.course, after=0, now=self.now)

    def pass_time(self, step: int) -> None:
        self.now += timedelta(hours=self.random.randint(1, 30))


def seed() -> None:
    """Make tables, course and learners."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    course = make_varied_course()
    for _ in range(LEARNERS):
        make_learner(course)
    sys.stdout.write(str(course))


def act(course: CourseKey, number: int, steps: int) -> None:
    """Act, and tell what was acknowledged."""
    member = Member(course, number)
    for step in range(steps):
        member.act(step)
    sys.stdout.write(json.dumps(member.acknowledged))


def check(course: CourseKey) -> None:
    """Check all that is stored, at several moments; then after a restamp. Tells the scores."""
    users = list(get_user_model()._default_manager.order_by("pk"))
    run_id = get_run(course).id
    for days in (0, 2, 4, 12):
        for user in users:
            check_learner(get_learner_context(course, user), NOW + timedelta(days=days))
    end = NOW + timedelta(days=30)
    restamp_batch(course, after=0, now=end)
    rows = {row.learner_id: row for row in CourseGradeRow.objects.filter(run_id=run_id)}
    for user in users:
        context = get_learner_context(course, user)
        check_learner(context, end)
        assert user.pk not in rows or is_current(rows[user.pk], context, end)
        assert outline_of(context).version == context.heads.published
    check_first_passes(course)
    scores = Score.objects.filter(run_id=run_id).values_list("learner_id", "block", "raw_earned")
    stored = {f"{user} {block.partition('@')[2]}": earned for user, block, earned in scores}
    sys.stdout.write(json.dumps(stored))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["seed"]:
            seed()
        case ["act", key, number, steps]:
            act(parse_course_key(key), int(number), int(steps))
        case ["check", key]:
            check(parse_course_key(key))
