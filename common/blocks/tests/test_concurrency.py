"""Several processes answer at once: no press is lost, and none counts twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from common.core.env import PROJECT_ROOT

PROCESSES, TIMES = 4, 8

# Runs in a process with a home of its own: makes the course, prints its key and two learners.
SEED = """
import json, os
os.environ["DJANGO_SETTINGS_MODULE"] = "lms.settings"
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.utils import timezone
from common.blocks.tests.counting import KEY, install
from common.blocks.tests.factories import make_user, make_world
from common.content.tests.factories import Node
from common.enrollments.api import enroll
install()
world = make_world(Node(*KEY))
other = make_user()
enroll(world.course_key, other, now=timezone.now(), check=False)
print(json.dumps([str(world.course_key), world.learner.username, other.username]))
"""
READ = """
import json, os
os.environ["DJANGO_SETTINGS_MODULE"] = "lms.settings"
import django
django.setup()
from common.blocks.models import LearnerBlockState, SharedState
from common.grading.models import Score
rows = LearnerBlockState.objects.order_by("learner")
presses = [json.loads(row.state)["presses"] for row in rows]
scores = [row.raw_earned for row in Score.objects.order_by("learner")]
print(json.dumps([presses, scores, json.loads(SharedState.objects.get().state)["total"]]))
"""


def run(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, cwd=PROJECT_ROOT, capture_output=True,
        text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def press_from_several_processes(environment: dict[str, str]) -> None:
    course, first, second = json.loads(run(environment, "-c", SEED))
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "common.blocks.tests.pressing", course, username, str(TIMES)],
            env=environment, cwd=PROJECT_ROOT, stdout=subprocess.PIPE, text=True,
        )
        for username in (first, second) * (PROCESSES // 2)
    ]  # fmt: skip
    done = [int(process.communicate(timeout=100)[0] or 0) for process in processes]
    mine, others = sum(done[0::2]), sum(done[1::2])
    assert json.loads(run(environment, "-c", READ)) == [
        [mine, others],
        [float(mine), float(others)],
        mine + others,
    ]
    # Nearly all get through: a press gives up only after five meetings in a row.
    assert mine + others >= 0.8 * PROCESSES * TIMES


def environment_of(home: Path, **settings: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LYCEUM_")}
    return {**kept, "LYCEUM_HOME": str(home), "PYTHONPATH": str(PROJECT_ROOT), **settings}


@pytest.mark.same_everywhere
def test_presses_of_several_processes_on_sqlite(tmp_path: Path) -> None:
    press_from_several_processes(environment_of(tmp_path))


def test_presses_of_several_processes_on_mariadb(tmp_path: Path, mysql_url: str) -> None:
    press_from_several_processes(environment_of(tmp_path, LYCEUM_DATABASE_URL=mysql_url))
