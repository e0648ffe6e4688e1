"""Run inside a site's settings: ``import`` a course and time it, or ``people`` who load it.

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

import django

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
    verticals = [
        block
        for block in version.iter_blocks()
        if block.key.block_type == "vertical" and len(block.children) == 3
    ]
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
    return {"learners": learners, "units": units_to_load}


def main(argv: list[str]) -> int:
    """Run the function that ``argv`` names with the rest as its arguments."""
    django.setup()
    functions = {"import": import_course, "people": people}
    print(json.dumps(functions[argv[0]](*argv[1:])))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
