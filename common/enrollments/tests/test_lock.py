"""The enrollment lock holds its learner and nobody else; the last place goes once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from common.core.env import PROJECT_ROOT

# One thread, with a connection of its own, holds a learner's lock while others try their hands.
SCRIPT = """
import json, os, threading
os.environ["DJANGO_SETTINGS_MODULE"] = "lms.settings"
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.db import OperationalError, connection, transaction
from common.content.api import apply_operations
from common.content.operations import SetFields
from common.content.tests.factories import make_course
from common.core.keys import BlockKey
from common.courses.api import get_run
from common.enrollments.api import lock_enrollment
from common.enrollments.tests.factories import make_learner

course = make_course()
run_id = get_run(course).id
ada, bob = make_learner(course), make_learner(course)
held, enough = threading.Event(), threading.Event()

def hold():
    with transaction.atomic():
        lock_enrollment(run_id, ada.pk)
        held.set()
        enough.wait(30)
    connection.close()

def passes(work):
    with connection.cursor() as cursor:
        cursor.execute("SET innodb_lock_wait_timeout = 1")
    try:
        with transaction.atomic():
            work()
    except OperationalError:
        return False
    return True

def edit():
    name = {"display_name": "Renamed while a learner submits"}
    apply_operations(course, [SetFields(BlockKey("course", "course"), name)],
                     author_id=None, message="")

thread = threading.Thread(target=hold)
thread.start()
held.wait(30)
print(json.dumps({
    "same learner": passes(lambda: lock_enrollment(run_id, ada.pk)),
    "another learner": passes(lambda: lock_enrollment(run_id, bob.pk)),
    "an author": passes(edit),
}))
enough.set()
thread.join()
"""


PLACES = """
import json, os, threading
os.environ["DJANGO_SETTINGS_MODULE"] = "lms.settings"
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.db import connection
from common.content.tests.factories import make_course
from common.courses.errors import CourseAccessDeniedError
from common.enrollments.api import count_active, enroll
from common.enrollments.tests.factories import NOW, make_user

course = make_course(settings={"max_student_enrollments_allowed": 3})
# Two requests of each person: a double click.
users = [make_user() for _ in range(6)]
gate = threading.Barrier(12)
answers = []

def join(user):
    gate.wait()
    try:
        answers.append("in" if enroll(course, user, now=NOW).is_active else "out")
    except CourseAccessDeniedError as error:
        answers.append(error.code)
    finally:
        connection.close()

threads = [threading.Thread(target=join, args=[user]) for user in users * 2]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps([len(answers), set(answers) == {"in", "course_full"}, *count_active().values()]))
"""


def run(home: Path, script: str, **settings: str) -> Any:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LYCEUM_")}
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**kept, "LYCEUM_HOME": str(home), "PYTHONPATH": str(PROJECT_ROOT), **settings},
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def test_the_lock_holds_one_learner_and_no_author(tmp_path: Path, mysql_url: str) -> None:
    assert run(tmp_path, SCRIPT, LYCEUM_DATABASE_URL=mysql_url) == {
        "same learner": False,
        "another learner": True,
        "an author": True,
    }


def test_the_last_place_goes_once_on_mariadb(tmp_path: Path, mysql_url: str) -> None:
    assert run(tmp_path, PLACES, LYCEUM_DATABASE_URL=mysql_url) == [12, True, 3]


@pytest.mark.same_everywhere
def test_the_last_place_goes_once_on_sqlite(tmp_path: Path) -> None:
    assert run(tmp_path, PLACES) == [12, True, 3]
