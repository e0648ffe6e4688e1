"""Several processes answer, author, move learners and regrade at once: grades stay right.

Twice: members that act on their own, each with dice of its own; and members that hypothesis
leads, alone or several at the same moment, so that a failure comes as the shortest story.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from common.core.env import PROJECT_ROOT

PROCESSES, STEPS, LEARNERS = 3, 25, 3
Command = tuple[str, dict[str, Any]]


def environment_of(home: Path, **settings: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LYCEUM_")}
    return {**kept, "LYCEUM_HOME": str(home), "PYTHONPATH": str(PROJECT_ROOT), **settings}


def start(environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "common.grading.tests.crowd", *arguments],
        env=environment,
        cwd=PROJECT_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


class Led:
    """A process that does what it is told."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.process = start(environment, "serve")
        self.error = ""

    def send(self, command: Command) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{json.dumps(command)}\n")
        self.process.stdin.flush()

    def receive(self) -> Any:
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        line = self.process.stdout.readline()
        if not line:
            self.error = self.process.stderr.read()[-3000:]
            raise AssertionError(self.error)
        return json.loads(line)

    def do(self, name: str, /, **arguments: Any) -> Any:
        self.send((name, arguments))
        return self.receive()


@contextmanager
def crowd(environment: dict[str, str]) -> Iterator[list[Led]]:
    """Make the tables, and give processes to lead."""
    _, errors = (seeding := start(environment, "seed")).communicate(timeout=240)
    assert seeding.returncode == 0, errors[-3000:]
    members = [Led(environment) for _ in range(PROCESSES)]
    try:
        yield members
    finally:
        for member in members:
            member.process.kill()
            member.process.communicate()


def check_dice(environment: dict[str, str]) -> None:
    with crowd(environment) as (leader, *_):
        course = leader.do("make")
        acting = [
            start(environment, "act", course, str(number), str(STEPS))
            for number in range(1, PROCESSES + 1)
        ]
        # All of them, before the first failure is told.
        ended = [(*member.communicate(timeout=240), member.returncode) for member in acting]
        failures = [errors[-3000:] for _, errors, code in ended if code]
        assert not failures, "\n".join(failures)
        acknowledged = [json.loads(output) for output, _, _ in ended]
        leader.do("join", course=course)
        for day in (0, 2, 4, 12):
            leader.do("check", day=day)
        leader.do("settle")
        stored = leader.do("scores")
    # Of the scores that processes were told are kept, one process's last is what is there; the
    # problem that is answered in browsers too is not among them.
    for place in {place for member in acknowledged for place in member}:
        assert stored[place] in {member.get(place) for member in acknowledged}


@pytest.mark.timeout(600)
@pytest.mark.same_everywhere
def test_grades_of_a_crowd_on_sqlite(tmp_path: Path) -> None:
    check_dice(environment_of(tmp_path))


@pytest.mark.timeout(600)
def test_grades_of_a_crowd_on_mariadb(tmp_path: Path, mysql_url: str) -> None:
    check_dice(environment_of(tmp_path, LYCEUM_DATABASE_URL=mysql_url))


def command(name: str, /, **arguments: Any) -> Any:
    return st.tuples(st.just(name), st.fixed_dictionaries(arguments))


who = st.integers(0, LEARNERS - 1)
day = st.sampled_from([0, 1.5, 4])
block_changes = st.sampled_from(
    [
        ("problem@p0", {"weight": 5}),
        ("problem@p0", {"weight": None}),
        ("problem@pa", {"visible_to_staff_only": True}),
        ("problem@pa", {"visible_to_staff_only": False}),
        ("problem@p2", {"group_access": {"1": [1]}}),
        ("sequential@q0", {"graded": False}),
        ("sequential@q0", {"graded": True}),
        ("sequential@q1", {"days_early_for_beta": 9}),
        ("chapter@c", {"start": "2026-03-05T12:00:00Z"}),
        ("chapter@c", {"start": None}),
    ]
).map(lambda change: {"block": change[0], "fields": change[1]})
commands = st.one_of(
    command(
        "submit",
        who=who,
        name=st.sampled_from(["p0", "p1", "p2", "pa", "pb", "l0"]),
        earned=st.sampled_from([0, 0.5, 1]),
        day=day,
    ),
    command(
        "press",
        who=who,
        name=st.sampled_from(["p3", "p0", "p2", "pa", "l1"]),
        choice=st.integers(0, 1),
    ),
    command("open_page", who=who),
    command("submit_late", name=st.sampled_from(["p0", "pa"]), earned=st.just(1), day=day),
    st.tuples(st.just("edit"), block_changes),
    command("edit_policy", drops=st.integers(0, 1), cutoff=st.sampled_from([0.1, 0.4])),
    command("move", who=who, partition=st.integers(0, 1), group=st.sampled_from([None, 1, 2])),
    command(
        "change_role",
        who=who,
        role=st.sampled_from(["beta_tester", "staff"]),
        gives=st.booleans(),
    ),
    command("change_mode", who=who, mode=st.sampled_from([None, "audit", "verified"])),
    command("restamp", day=day),
    command("work"),
)


def machine(members: list[Led]) -> type[RuleBasedStateMachine]:
    """Return a state machine that leads these processes."""

    class Story(RuleBasedStateMachine):
        """What several processes do to one course, one after the other or at the same moment."""

        @initialize()
        def begin(self) -> None:
            course = members[0].do("make")
            for member in members:
                member.do("join", course=course)
            for learner in range(LEARNERS):
                for place, name in enumerate(["p0", "p1", "p2", "pa", "pb", "p3"]):
                    earned = ((place + learner) % 3) / 2
                    members[0].do("submit", who=learner, name=name, earned=earned)

        @rule(number=st.integers(0, PROCESSES - 1), given=commands, at=day)
        def alone(self, number: int, given: Command, at: float) -> None:
            members[number].do(given[0], **given[1])
            members[(number + 1) % PROCESSES].do("check", day=at)

        @rule(given=st.lists(commands, min_size=2, max_size=PROCESSES), at=day)
        def together(self, given: list[Command], at: float) -> None:
            for member, sent in zip(members, given, strict=False):
                member.send(sent)
            for member, _ in zip(members, given, strict=False):
                member.receive()
            members[0].do("check", day=at)

        def teardown(self) -> None:
            """Afterwards every stored grade is of now: sweep and worker bring what is stale."""
            members[-1].do("settle")

    return Story


def check_stories(environment: dict[str, str]) -> None:
    story = settings(
        max_examples=max(4, settings().max_examples // 12),
        stateful_step_count=12,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    with crowd(environment) as members:
        try:
            run_state_machine_as_test(machine(members), settings=story)
        except Exception:
            # A process ends at its first error; told the same again, it cannot answer, and
            # hypothesis would speak of that.
            errors = [member.error for member in members if member.error]
            assert not errors, errors[0]
            raise


@pytest.mark.timeout(600)
@pytest.mark.same_everywhere
def test_stories_of_several_processes_on_sqlite(tmp_path: Path) -> None:
    check_stories(environment_of(tmp_path))


@pytest.mark.timeout(600)
def test_stories_of_several_processes_on_mariadb(tmp_path: Path, mysql_url: str) -> None:
    check_stories(environment_of(tmp_path, LYCEUM_DATABASE_URL=mysql_url))
