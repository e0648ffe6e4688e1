"""Run inside a site's settings: what a benchmark needs before it can load the site.

``import`` a course and time it; ``people`` who load it; a ``crowd`` whose rows lie beside theirs.
Prints one JSON object. A process of its own, so that its memory is its own.
"""

from __future__ import annotations

import json
import os
import random
import resource
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import django

CROWD_BATCH = 2_000
CROWD_ANSWERS = 3
CROWD_STATE = json.dumps({"attempts": 1, "student_answers": {"x_2_1": "choice_1"}, "done": True})

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")


def import_course(folder: str) -> dict[str, Any]:
    """Import the folder; return seconds, blocks and the peak memory of this process in MB."""
    from common.content.olx.api import import_archive

    before = _peak_mb()
    began, busy = time.perf_counter(), time.process_time()
    report = import_archive(Path(folder))
    seconds = time.perf_counter() - began
    return {
        "seconds": seconds,
        "cpu_seconds": time.process_time() - busy,
        "blocks": sum(report.blocks.values()),
        "peak_mb": _peak_mb(),
        "before_mb": before,
        "warnings": len(report.warnings),
    }


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def people(course: str, count: str, units: str) -> dict[str, Any]:
    """Enroll learners and sign them in; return their cookies, and addresses to load."""
    from django.conf import settings
    from django.contrib.auth import (
        BACKEND_SESSION_KEY,
        HASH_SESSION_KEY,
        SESSION_KEY,
        get_user_model,
    )
    from django.middleware.csrf import _get_new_csrf_string
    from django.urls import reverse

    from common.accounts.sessions import SessionStore
    from common.content.api import get_heads, load_version
    from common.core.keys import parse_course_key, usage_key
    from common.enrollments.api import enroll

    key = parse_course_key(course)
    learners = []
    for number in range(int(count)):
        name = f"bench{number}"
        person, _ = get_user_model().objects.get_or_create(username=name)
        person.set_unusable_password()
        person.save()
        enroll(key, person, now=datetime.now(UTC))
        session = SessionStore()
        session[SESSION_KEY] = str(person.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.create()
        token = _get_new_csrf_string()
        cookies = {
            settings.SESSION_COOKIE_NAME: session.session_key,
            settings.CSRF_COOKIE_NAME: token,
        }
        cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
        learners.append({"cookie": cookie, "token": token})

    version = load_version(get_heads(key).published or "")
    verticals = [block for block in version.iter_blocks() if block.key.block_type == "vertical"]
    # The last unit of a section may have room for a part only.
    full = max(len(vertical.children) for vertical in verticals)
    verticals = [vertical for vertical in verticals if len(vertical.children) == full]
    chosen = random.Random(1).sample(verticals, min(int(units), len(verticals)))  # noqa: S311
    units_to_load = [
        {
            "page": reverse("lms:unit", args=[key, usage_key(key, vertical.key)]),
            # The form's field names are read from the page, as a browser would.
            "submit": (
                f"/courses/{key}/xblock/{usage_key(key, vertical.children[2])}"
                "/handler/problem_check"
            ),
        }
        for vertical in chosen
    ]
    paths = {
        "catalogue": [reverse("lms:catalog")],
        "dashboard": [reverse("lms:home")],
        "course_home": [reverse("lms:course-home", args=[key])],
        "progress": [reverse("lms:progress", args=[key])],
        "blocks_api": [f"{reverse('api-blocks')}?{_blocks_query(key)}"],
        "unit_page": [unit["page"] for unit in units_to_load],
    }
    return {"learners": learners, "units": units_to_load, "pages": paths}


def _blocks_query(course: object) -> str:
    """Return what apps ask of the blocks of a course, all of it."""
    return urlencode(
        {
            "course_id": str(course),
            "depth": "all",
            "nav_depth": "4",
            "requested_fields": "graded,format,student_view_multi_device,due,completion",
            "student_view_data": "video,discussion",
            "block_counts": "video",
        }
    )


def crowd(course: str, count: str) -> dict[str, Any]:
    """Enroll so many people more, each with answers, scores and grades of a subsection."""
    from django.contrib.auth import get_user_model

    from common.content.api import get_heads, load_version
    from common.core.keys import parse_course_key
    from common.courses.models import CourseRun

    key = parse_course_key(course)
    run = CourseRun.objects.get(head__course_key=str(key))
    version = get_heads(key).published or ""
    blocks = [block.key for block in load_version(version).iter_blocks()]
    graded = [key for key in blocks if key.block_type == "problem"][:CROWD_ANSWERS]
    subsection = next(key for key in blocks if key.block_type == "sequential")
    people = get_user_model()._default_manager
    for start in range(0, int(count), CROWD_BATCH):
        numbers = range(start, min(start + CROWD_BATCH, int(count)))
        users = [get_user_model()(username=f"crowd{number}") for number in numbers]
        people.bulk_create(users)
        ids = people.filter(username__in=[user.username for user in users])
        _give_rows(run.pk, list(ids.values_list("pk", flat=True)), graded, subsection, version)
    return {"people": int(count)}


def _give_rows(run: int, people: list[int], graded: list[Any], subsection: Any, head: str) -> None:
    """Write what the handlers write for one who answered ``graded``, all of them rightly."""
    from common.blocks.models import LearnerBlockState
    from common.enrollments.models import Enrollment
    from common.grading.models import CourseGradeRow, Score, SubsectionGradeRow

    now = datetime.now(UTC)
    of = [{"run_id": run, "learner_id": person} for person in people]
    answered = [{**one, "block": str(block)} for one in of for block in graded]
    points = {"earned": 3.0, "possible": 3.0, "graded_earned": 3.0, "graded_possible": 3.0}
    Enrollment.objects.bulk_create(Enrollment(**one, created_at=now, changed_at=now) for one in of)
    LearnerBlockState.objects.bulk_create(
        LearnerBlockState(**one, state=CROWD_STATE, completion=1.0, changed_at=now)
        for one in answered
    )
    score = {"raw_earned": 1.0, "raw_possible": 1.0, "version": head}
    Score.objects.bulk_create(
        Score(**one, **score, attempted_at=now, changed_at=now) for one in answered
    )
    SubsectionGradeRow.objects.bulk_create(
        SubsectionGradeRow(
            **one,
            **points,
            block=str(subsection),
            first_attempted_at=now,
            generation=1,
            updated_at=now,
        )
        for one in of
    )
    CourseGradeRow.objects.bulk_create(
        CourseGradeRow(
            **one,
            percent=0.1,
            is_passing=False,
            version=head,
            audience="",
            generation=1,
            updated_at=now,
        )
        for one in of
    )


def main(argv: list[str]) -> int:
    """Run the function that ``argv`` names with the rest as its arguments."""
    django.setup()
    functions = {"import": import_course, "people": people, "crowd": crowd}
    print(json.dumps(functions[argv[0]](*argv[1:])))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
