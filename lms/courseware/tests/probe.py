"""Ask a site for one page from a process of its own, and print what that cost.

    python -m lms.courseware.tests.probe prepare FOLDER [FOLDER…]   import courses, enroll a learner
    python -m lms.courseware.tests.probe ask PAGE PLACES            PLACES: one of what prepare gave

``ask`` prints ``{"cold": COSTS, "warm": COSTS}``: the first and the second request of the process.
Costs are numbers of statements, store calls and cache calls, and the statements in words.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import django

LEARNER = "probe"
# What is in an answer that went well; in that of a page its end.
_EXPECTED = {"submission": b"attempts_used", "blocks_api": b'"encoded_videos"'}


def prepare(*folders: str) -> list[dict[str, str]]:
    """Make the database and import the courses; return the addresses of each one's pages."""
    from django.apps import apps
    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone

    from common.accounts.tests.factories import make_user
    from common.content.olx.api import import_archive
    from common.enrollments.api import enroll

    # The tables as the migrations leave them, in a fraction of their time.
    settings.MIGRATION_MODULES = {config.label: None for config in apps.get_app_configs()}
    call_command("migrate", run_syncdb=True, verbosity=0)
    call_command("createcachetable")
    learner = make_user(LEARNER)
    reports = [import_archive(Path(folder)) for folder in folders]
    for report in reports:
        enroll(report.course_key, learner, now=timezone.now(), check=False)
    found = [_places(report.course_key) for report in reports]
    # What a site makes once in its life, such as its secret for anonymous ids, is made now.
    ask("unit", json.dumps(found[0]))
    return found


def _places(course_key: Any) -> dict[str, str]:
    from common.content.api import get_heads, load_version
    from common.core.keys import usage_key

    version = load_version(get_heads(course_key).published or "")
    blocks = {block.key: block for block in version.iter_blocks()}
    # The last whole unit: whatever is read in order has been read when it comes.
    unit = [
        block
        for block in blocks.values()
        if block.key.block_type == "vertical" and len(block.children) == 3
    ][-1]
    problem = usage_key(course_key, unit.children[-1])
    course = f"/courses/{course_key}"
    return {
        "unit": f"{course}/learn/{usage_key(course_key, unit.key)}",
        "outline": f"{course}/",
        "progress": f"{course}/progress/",
        "submission": f"{course}/xblock/{problem}/handler/problem_check",
        # As an app asks for a whole course.
        "blocks_api": (
            f"/api/mobile/v4/course_info/blocks/?course_id={quote(str(course_key))}&depth=all"
            f"&username={LEARNER}&nav_depth=3&requested_fields=graded,due,completion"
            "&student_view_data=video,discussion&block_counts=video"
        ),
        "input": f"input_{problem.block_id}_2_1",
        "blocks": str(len(blocks)),
    }


def ask(page: str, places: str) -> dict[str, Any]:
    """Ask twice for a page, or hand in twice, as a learner who is signed in."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    from common.content.api import count_calls
    from common.core.counting import count_cache_calls, count_statements

    named = json.loads(places)
    client = Client(headers={"host": "localhost"})
    client.force_login(get_user_model()._default_manager.get(username=LEARNER))
    costs = {}
    for attempt, name in enumerate(("cold", "warm")):
        with count_statements() as found, count_calls() as calls, count_cache_calls() as cached:
            if page == "submission":
                form = {named["input"]: "choice_1", "attempt": str(attempt)}
                answer = client.post(named[page], form)
            else:
                answer = client.get(named[page])
        expected = _EXPECTED.get(page, b"</html>")
        if answer.status_code != 200 or expected not in answer.content:
            raise RuntimeError(f"{answer.status_code} {answer.content[:500]!r}")
        costs[name] = {
            "statements": len(found),
            "store_calls": calls.calls,
            "cache_calls": len(cached),
            "words": f"{found}\n{cached}",
        }
    return costs


def main(argv: list[str]) -> int:
    """Run the function that ``argv`` names with the rest as its arguments."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "lms.settings"
    django.setup()
    functions: dict[str, Any] = {"prepare": prepare, "ask": ask}
    print(json.dumps(functions[argv[0]](*argv[1:])))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
