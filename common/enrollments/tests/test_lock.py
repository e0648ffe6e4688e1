"""The enrollment lock on MariaDB: it holds its learner, and nobody else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

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
    apply_operations(course, [SetFields(BlockKey("course", "2026"), name)],
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


def test_the_lock_holds_one_learner_and_no_author(tmp_path: Path, mysql_url: str) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LYCEUM_")}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={
            **kept,
            "LYCEUM_HOME": str(tmp_path),
            "LYCEUM_DATABASE_URL": mysql_url,
            "PYTHONPATH": str(PROJECT_ROOT),
        },
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )

    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(done.stdout) == {
        "same learner": False,
        "another learner": True,
        "an author": True,
    }
