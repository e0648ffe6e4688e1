"""A process among several that answer, author, move learners and regrade in one course.

``python -m common.grading.tests.crowd seed`` makes the tables;
``... serve`` reads commands, a JSON list a line, ``[name, {arguments}]``, and answers each with a
line; ``... act COURSE SEED STEPS`` does random things and prints the last score that was
acknowledged for each learner and problem. Any error, a deadlock too, ends the process.
"""

from __future__ import annotations

import json
import os
import random
import sys
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "lms.settings"
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402 # after django.setup
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from common.accounts.api import Role, grant_role, revoke_role  # noqa: E402
from common.content.api import apply_operations, publish  # noqa: E402
from common.content.course_operations import SetPolicy  # noqa: E402
from common.content.errors import EditConflictError  # noqa: E402
from common.content.operations import SetFields  # noqa: E402
from common.core.keys import BlockKey, CourseKey, parse_course_key, usage_key  # noqa: E402
from common.courses.api import assign_group, get_run, remove_group  # noqa: E402
from common.enrollments.api import (  # noqa: E402
    LearnerContext,
    enroll,
    get_learner_context,
    list_learner_ids,
    unenroll,
)
from common.enrollments.errors import NotEnrolledError  # noqa: E402
from common.enrollments.tests.factories import make_learner  # noqa: E402
from common.grading.models import CourseGradeRow, Score  # noqa: E402
from common.grading.repair import queue_due_restamps  # noqa: E402
from common.grading.restamp import KIND, restamp_batch  # noqa: E402
from common.grading.tests.checks import (  # noqa: E402
    check_first_passes,
    check_learner,
    is_current,
    make_varied_course,
)
from common.grading.tests.factories import NOW, answer, key_of, outline_of  # noqa: E402
from common.tasks.api import JobState, find_jobs, run_job  # noqa: E402

LEARNERS = 3
# Answered through the door of grading, with points of one's choice.
ANSWERED = ["p0", "p1", "p2", "pa", "pb", "l0"]
# Answered through the site, as a browser does.
IN_BROWSER = ["p3", "p0", "p2", "pa", "l1"]


class Member:
    """One process of the crowd. Each public method is a command; arguments are JSON."""

    def __init__(self, course: CourseKey | None = None) -> None:
        self.clients: dict[int, Client] = {}
        self.held: list[tuple[Any, LearnerContext]] = []
        if course is not None:
            self.join(str(course))

    def make(self) -> str:
        """Make a course with its learners; return its key."""
        course = make_varied_course(os.urandom(4).hex())
        for number in range(LEARNERS):
            make_learner(course, username=f"{course.course}-{number}")
        return str(course)

    def join(self, course: str) -> None:
        """Work in this course from now on."""
        self.course = parse_course_key(course)
        people = get_user_model()._default_manager
        self.run_id = get_run(self.course).id
        ids = list_learner_ids(self.run_id, limit=LEARNERS, active_only=False)
        self.users = list(people.filter(pk__in=ids).order_by("pk"))
        self.held.clear()

    def submit(self, who: int, name: str, earned: float, day: float = 0) -> bool:
        """Hand in points for a problem; False when the learner has left."""
        return self._answer(self.users[who], name, earned, moment(day), None)

    def open_page(self, who: int) -> None:
        """Begin an answer that will be finished on an old version and old groups."""
        self.held.append((self.users[who], get_learner_context(self.course, self.users[who])))

    def submit_late(self, name: str, earned: float, day: float = 0) -> None:
        """Finish an answer that was begun before."""
        if self.held:
            user, context = self.held.pop(0)
            self._answer(user, name, earned, moment(day), context)

    def _answer(
        self, user: Any, name: str, earned: float, now: datetime, context: LearnerContext | None
    ) -> bool:
        try:
            answer(self.course, user, name, earned, 1, now=now, context=context)
        except NotEnrolledError:
            return False
        return True

    def press(self, who: int, name: str, choice: int) -> int:
        """Answer through the site; return the status."""
        user = self.users[who]
        client = self.clients.setdefault(user.pk, Client(SERVER_NAME="localhost"))
        client.force_login(user)
        usage = usage_key(self.course, key_of(name))
        url = f"/courses/{self.course}/xblock/{usage}/handler/problem_check"
        response = client.post(url, {f"input_{name}_2_1": f"choice_{choice}"})
        assert response.status_code in {200, 403, 404, 409, 503}, response.content[:500]
        return response.status_code

    def edit(self, block: str, fields: dict[str, Any], goes_out: bool = True) -> None:
        """Change a block's settings and publish."""
        self._apply(SetFields(BlockKey.parse(block), fields))
        if goes_out:
            publish(self.course, author_id=None, message="Published by a crowd")

    def edit_policy(self, drops: int, cutoff: float) -> None:
        """Change the grading policy, which takes effect at once."""
        kind = {"type": "Homework", "min_count": 1, "weight": 1, "drop_count": drops}
        self._apply(SetPolicy({"GRADER": [kind], "GRADE_CUTOFFS": {"Pass": cutoff}}))

    def _apply(self, operation: Any) -> None:
        # When another author was first, this one is told so: not these tests' matter.
        with suppress(EditConflictError):
            apply_operations(self.course, [operation], author_id=None, message="Crowd")

    def move(self, who: int, partition: int, group: int | None) -> None:
        """Put a learner into a group, or out of theirs."""
        place: dict[str, Any] = {
            "run_id": self.run_id,
            "learner_id": self.users[who].pk,
            "partition_id": partition,
        }
        if group is None:
            remove_group(**place)
        else:
            assign_group(**place, group_id=group, now=timezone.now())

    def change_role(self, who: int, role: str, gives: bool) -> None:
        """Make a learner a member of staff or a beta tester, or no more."""
        change = grant_role if gives else revoke_role
        change(user_id=self.users[who].pk, role=Role(role), course_key=self.course)

    def change_mode(self, who: int, mode: str | None) -> None:
        """Enroll in this mode; None: leave."""
        if mode is None:
            unenroll(self.course, self.users[who], now=timezone.now())
        else:
            enroll(self.course, self.users[who], now=timezone.now(), mode=mode, check=False)

    def restamp(self, day: float = 0) -> None:
        """Regrade whoever is stale at a moment."""
        restamp_batch(self.course, after=0, now=moment(day))

    def work(self) -> None:
        """Do what a worker would do now."""
        for job in find_jobs(kinds=[KIND], course_key=str(self.course)):
            if job.state is JobState.QUEUED:
                run_job(job.id)

    def check(self, day: float = 0) -> None:
        """Check what is stored for each learner against two other calculations."""
        for user in self.users:
            check_learner(get_learner_context(self.course, user), moment(day))
        check_first_passes(self.course)

    def settle(self) -> None:
        """Let sweep and worker do their work, with nobody else about: all rows are of now."""
        queue_due_restamps(timezone.now())
        self.work()
        now = timezone.now()
        rows = {row.learner_id: row for row in CourseGradeRow.objects.filter(run_id=self.run_id)}
        for user in self.users:
            context = get_learner_context(self.course, user)
            check_learner(context, now)
            assert outline_of(context).version == context.heads.published
            assert user.pk not in rows or is_current(rows[user.pk], context, now), user.pk

    def scores(self) -> dict[str, float]:
        """Return the stored points by learner and problem."""
        rows = Score.objects.filter(run_id=self.run_id)
        return {
            f"{user} {block.partition('@')[2]}": earned
            for user, block, earned in rows.values_list("learner_id", "block", "raw_earned")
        }


def moment(day: float) -> datetime:
    """Return the moment so many days after the tests' beginning."""
    return NOW + timedelta(days=day)


class Dice:
    """Draws commands for a member that acts on its own."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = random.Random(seed)
        self.day = 0.0

    def draw(self, step: int) -> tuple[str, dict[str, Any]]:
        """Return a command."""
        pick, who = self.random.choice, self.random.randrange(LEARNERS)
        self.day += self.random.choice([0, 0, 0, 0.1, 1])
        # A value of its own, so that the one that is stored tells whose it is.
        earned = (self.seed * 1000 + step) / 10_000
        edits = [{"weight": n} for n in (1, 2, 5)]
        edits += [{"visible_to_staff_only": hidden} for hidden in (True, False)]
        name = self.random.choices(
            ["submit", "press", "edit", "edit_policy", "move", "change_role", "restamp", "work"],
            [12, 4, 2, 1, 2, 1, 1, 1],
        )[0]
        arguments: dict[str, dict[str, Any]] = {
            "submit": {"who": who, "name": pick(ANSWERED), "earned": earned, "day": self.day},
            "press": {"who": who, "name": "p3", "choice": pick([0, 1])},
            "edit": {"block": str(key_of(pick(ANSWERED))), "fields": pick(edits)},
            "edit_policy": {"drops": pick([0, 1]), "cutoff": pick([0.1, 0.4])},
            "move": {"who": who, "partition": pick([0, 1]), "group": pick([1, 2])},
            "change_role": {"who": who, "role": "beta_tester", "gives": pick([True, False])},
            "restamp": {"day": self.day},
            "work": {},
        }
        return name, arguments[name]


def act(course: CourseKey, seed: int, steps: int) -> None:
    """Act, and tell what was acknowledged."""
    member, dice = Member(course), Dice(seed)
    acknowledged: dict[str, float] = {}
    for step in range(steps):
        name, arguments = dice.draw(step)
        getattr(member, name)(**arguments)
        if name == "submit":
            place = f"{member.users[arguments['who']].pk} {arguments['name']}"
            acknowledged[place] = arguments["earned"]
    sys.stdout.write(json.dumps(acknowledged))


def serve() -> None:
    """Do what each line says, and answer with a line."""
    member = Member()
    for line in sys.stdin:
        name, arguments = json.loads(line)
        result = getattr(member, name)(**arguments)
        sys.stdout.write(f"{json.dumps(result)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["seed"]:
            call_command("migrate", verbosity=0)
            call_command("createcachetable", verbosity=0)
        case ["serve"]:
            serve()
        case ["act", key, number, steps]:
            act(parse_course_key(key), int(number), int(steps))
