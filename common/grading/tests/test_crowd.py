"""Several processes answer, author, move groups and regrade at once: grades stay right."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from common.core.env import PROJECT_ROOT

PROCESSES, STEPS = 3, 25


def environment_of(home: Path, **settings: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LYCEUM_")}
    return {**kept, "LYCEUM_HOME": str(home), "PYTHONPATH": str(PROJECT_ROOT), **settings}


def start(environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "common.grading.tests.crowd", *arguments],
        env=environment,
        cwd=PROJECT_ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> str:
    output, errors = process.communicate(timeout=240)
    assert process.returncode == 0, errors[-3000:]
    return output


def check_a_crowd(environment: dict[str, str]) -> None:
    course = finish(start(environment, "seed"))
    members = [
        start(environment, "act", course, str(number), str(STEPS))
        for number in range(1, PROCESSES + 1)
    ]
    # All of them, before the first failure is told.
    ended = [(*member.communicate(timeout=240), member.returncode) for member in members]
    failures = [errors[-3000:] for _, errors, code in ended if code]
    assert not failures, "\n".join(failures)
    acknowledged = [json.loads(output) for output, _, _ in ended]
    stored = json.loads(finish(start(environment, "check", course)))
    # Of the scores that processes were told are kept, one process's last is what is there.
    for place in {place for member in acknowledged for place in member}:
        assert stored[place] in {member.get(place) for member in acknowledged}


@pytest.mark.timeout(600)
def test_grades_of_a_crowd_on_sqlite(tmp_path: Path) -> None:
    check_a_crowd(environment_of(tmp_path))


@pytest.mark.timeout(600)
def test_grades_of_a_crowd_on_mariadb(tmp_path: Path, mysql_url: str) -> None:
    check_a_crowd(environment_of(tmp_path, LYCEUM_DATABASE_URL=mysql_url))
